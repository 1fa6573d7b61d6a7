#!/bin/bash
# SPDX-License-Identifier: MIT
# --length copies so many bytes of a stream and reads nothing behind them.  If
# the stream is shorter, all of it is copied and the copy fails.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory

random_file "$tmp/in" 1M
{
  "$nbdcopy" --length=300001 - "$tmp/out"
  cat >"$tmp/rest"
} < <(cat "$tmp/in")
cmp -n 300001 "$tmp/in" "$tmp/out"
expect 300001 stat -c %s "$tmp/out"
expect $((1048576 - 300001)) stat -c %s "$tmp/rest"
cmp -i 300001:0 "$tmp/in" "$tmp/rest"

"$nbdcopy" --length=1M - - < <(cat "$tmp/in" "$tmp/in") | cmp - "$tmp/in"
"$nbdcopy" --length=0 - - < <(cat "$tmp/in") | cmp - /dev/null

serve_uri nbdkit -f memory 1M
"$nbdcopy" --length=1M - "$uri" < <(cat "$tmp/in" "$tmp/in")
"$nbdcopy" "$uri" "$tmp/out"
same "$tmp/in" "$tmp/out"
refuses '2097152 bytes do not fit into 1048576' \
  "$nbdcopy" --length=2M - "$uri" < <(cat "$tmp/in")

refuses 'standard input: the input ended after 1048576 bytes, but --length=2097152' \
  "$nbdcopy" --length=2M --progress=3 - "$tmp/short" < <(cat "$tmp/in") \
  3>"$tmp/progress"
same "$tmp/in" "$tmp/short"
! grep -q 100/100 "$tmp/progress" || fail "a short copy looks complete"
