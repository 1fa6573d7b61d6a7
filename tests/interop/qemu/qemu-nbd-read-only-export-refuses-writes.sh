#!/bin/bash
# SPDX-License-Identifier: MIT
# An export of qemu-nbd -r is reported as read-only.  A write fails with EPERM
# before it is sent, or, with strict mode off, with an error of the server.
# The file is unchanged.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-nbd

random_file "$tmp/raw" 1M
random_file "$tmp/new" 4096
cp "$tmp/raw" "$tmp/before"
serve unix qemu-nbd -t -r -e 4 -f raw "$tmp/raw"
client "connect-unix $sock" "fails EPERM write 0 4096 $tmp/new -" \
  "fails any zero 0 4096 -" "copy $tmp/out" \
  "strict 0" "fails any write 0 4096 $tmp/new -" "fails any zero 0 4096 -" \
  shutdown
client "connect-unix $sock" flags | grep -w read-only | grep -qw multi-conn
stop_server
same "$tmp/before" "$tmp/raw"
same "$tmp/before" "$tmp/out"
