#!/bin/bash
# SPDX-License-Identifier: MIT
# A server with the oldest handshake can be read and written.  It has no
# structured replies and no option mode, even if the program has asked for it.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory

random_file "$tmp/data" 1M
serve unix nbdkit -f -o memory 1M
expect 'oldstyle
1048576
ready' client option-mode "context base:allocation" "connect-unix $sock" \
  protocol size state "write 0 1M $tmp/data -" shutdown
client "connect-unix $sock" "copy $tmp/out" \
  "fails ENOTSUP map base:allocation 0 512 -" shutdown
same "$tmp/data" "$tmp/out"
