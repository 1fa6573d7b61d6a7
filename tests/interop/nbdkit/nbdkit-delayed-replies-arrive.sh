#!/bin/bash
# SPDX-License-Identifier: MIT
# Sixteen reads in flight, whose replies the server delays, return the right
# data.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin pattern filter delay

serve unix nbdkit -f --filter=delay pattern 1572864 rdelay=100ms
client "connect-unix $sock" "copy $tmp/out" shutdown
serve unix nbdkit -f pattern 1572864
client "connect-unix $sock" "copy $tmp/want" shutdown
same "$tmp/want" "$tmp/out"
