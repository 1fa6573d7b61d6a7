#!/bin/bash
# SPDX-License-Identifier: MIT
# The client can use the export, whichever handshake flags the server leaves
# out.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin pattern
requires_option nbdkit mask-handshake

for mask in 0 1 2 3 0xffff; do
  serve unix nbdkit -f --mask-handshake="$mask" pattern 1M
  expect 1048576 client "connect-unix $sock" size
  client "connect-unix $sock" "read 0 64K $tmp/out.$mask" shutdown
  same "$tmp/out.0" "$tmp/out.$mask"
  stop_server
done
