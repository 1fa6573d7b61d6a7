#!/bin/bash
# SPDX-License-Identifier: MIT
# If the server supports several connections, a connection reads what another
# one has written and flushed.  If it does not, the library says so.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory filter multi-conn

random_file "$tmp/data" 64K
serve unix nbdkit -f memory 1M
client "connect-unix $sock" flags | grep -qw multi-conn
client "connect-unix $sock" "write 0 64K $tmp/data -" flush
client "connect-unix $sock" "read 0 64K $tmp/out"
same "$tmp/data" "$tmp/out"

serve unix nbdkit -f --filter=multi-conn memory 1M multi-conn-mode=disable
if client "connect-unix $sock" flags | grep -qw multi-conn; then
  fail "multi-conn is said although the server disabled it"
fi
