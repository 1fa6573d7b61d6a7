#!/bin/bash
# SPDX-License-Identifier: MIT
# 16 reads in flight of a sparse export with random data return the same as
# qemu-img reads from the same server.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin sparse-random
requires qemu-img

serve unix nbdkit -f sparse-random 48M seed=42 percent=30 runlength=1048576
qemu-img convert -f raw -O raw "nbd+unix:///?socket=$sock" "$tmp/want"
client "connect-unix $sock" "copy $tmp/structured" shutdown
client "structured no" "connect-unix $sock" "copy $tmp/simple" shutdown
same "$tmp/want" "$tmp/structured"
same "$tmp/want" "$tmp/simple"
