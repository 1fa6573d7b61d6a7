#!/bin/bash -
# SPDX-License-Identifier: MIT
# The bytes before a read that fails are printed; the message has the offset.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin eval

status=0
"$builddir/dump/nbddump" [ nbdkit eval get_size='echo 1048576' \
  pread='if [ $4 -ge 524288 ]; then echo EIO >&2; exit 1; fi; head -c $3 /dev/zero' ] \
  >"$tmp/out" 2>"$tmp/err" || status=$?
[ "$status" -eq 1 ] || fail "status $status"
grep -q 'offset 524288: .*Input/output error' "$tmp/err" || fail "the place is not named"
expect "0000000000: 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 |................|
*" cat "$tmp/out"
