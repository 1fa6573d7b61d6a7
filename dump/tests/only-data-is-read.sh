#!/bin/bash -
# SPDX-License-Identifier: MIT
# Of a sparse disk of 1 TiB only the data is read, in whole blocks of the
# server.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin data filter log filter blocksize-policy

"$builddir/dump/nbddump" -o 100 [ nbdkit --filter=log --filter=blocksize-policy \
  data '@0x8000000000 (1 2 3 4)*262144 @1099511627775 0' logfile="$tmp/log" \
  blocksize-minimum=4096 blocksize-preferred=4096 blocksize-maximum=65536 \
  blocksize-error-policy=error ] >"$tmp/out"
expect "0000000064: 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 |................|
*" head -n 2 "$tmp/out"
grep -q '^7ffffffff4: 00 00 00 00 00 00 00 00  00 00 00 00 01 02 03 04' "$tmp/out" \
  || fail "the data is not where it was"
expect "fffffffff4: 00 00 00 00 00 00 00 00  00 00 00 00             |............    |" \
  tail -n 1 "$tmp/out"

count=$(sed -n 's/.* Read id=.* count=\(0x[0-9a-f]*\) .*/\1/p' "$tmp/log" \
        | while read -r n; do echo $((n)); done | awk '{ s += $1 } END { print s }')
[ "$count" -ge 1048576 ] || fail "only $count bytes were read"
[ "$count" -le 2097152 ] || fail "$count bytes were read"
