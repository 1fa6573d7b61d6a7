#!/bin/bash
# SPDX-License-Identifier: MIT
# A server with a limited rate returns the same data.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin pattern filter rate

serve unix nbdkit -f pattern 1M
client "connect-unix $sock" "read 0 256K $tmp/want" shutdown
stop_server
serve unix nbdkit -f --filter=rate pattern 1M rate=8M connection-rate=4M
client "connect-unix $sock" "read 0 256K $tmp/out" shutdown
same "$tmp/want" "$tmp/out"
