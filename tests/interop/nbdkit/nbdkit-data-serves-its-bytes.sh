#!/bin/bash
# SPDX-License-Identifier: MIT
# The text of the data plugin, which has a gap, can be read whole and in part.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin data

serve unix nbdkit -f data '"hello, " @1000 "world"'
client "connect-unix $sock" "read 0 1005 $tmp/all" "read 1001 3 $tmp/part"
{ printf 'hello, '; head -c 993 /dev/zero; printf 'world'; } >"$tmp/want"
same "$tmp/want" "$tmp/all"
expect orl cat "$tmp/part"
expect 1005 client "connect-unix $sock" size
