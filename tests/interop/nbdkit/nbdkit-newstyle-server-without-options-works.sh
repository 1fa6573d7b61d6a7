#!/bin/bash
# SPDX-License-Identifier: MIT
# A newstyle server that is not fixed knows only NBD_OPT_EXPORT_NAME, and can
# be used.  It can also be used if the client leaves out handshake flags.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory

random_file "$tmp/data" 1M
for mask in 0 2; do
  serve unix nbdkit -f -n --mask-handshake=$mask memory 1M
  expect 'newstyle
1048576' client "connect-unix $sock" protocol size \
    "write 0 1M $tmp/data -" shutdown
  client "connect-unix $sock" "copy $tmp/out" shutdown
  same "$tmp/data" "$tmp/out"
  expect 'negotiating
ready' client option-mode "connect-unix $sock" state "fails ENOTSUP list" \
    "fails ENOTSUP info" go state shutdown
done
serve unix nbdkit -f -n memory 1M
for flags in 0 1 2 3; do
  expect 1048576 client "handshake-flags $flags" "connect-unix $sock" size \
    "read 0 512 $tmp/out" shutdown
done
