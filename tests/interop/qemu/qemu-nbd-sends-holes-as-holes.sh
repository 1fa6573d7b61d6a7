#!/bin/bash
# SPDX-License-Identifier: MIT
# A structured read of a sparse image gets chunks of data and of holes, which
# cover the request and fill the whole buffer.  With DF it gets one chunk.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-nbd qemu-img qemu-io

qemu-img create -q -f qcow2 "$tmp/disk" 2M
qemu-io -f qcow2 -c 'write -P 7 512k 256k' "$tmp/disk" >/dev/null
qemu-img convert -f qcow2 -O raw "$tmp/disk" "$tmp/want"
serve unix qemu-nbd -t -f qcow2 "$tmp/disk"
client "connect-unix $sock" "chunks 0 2M $tmp/out -" shutdown \
  | sort -n >"$tmp/chunks"
printf '%s\n' '0 524288 hole' '524288 262144 data' '786432 1310720 hole' \
  >"$tmp/want-chunks"
same "$tmp/want-chunks" "$tmp/chunks"
same "$tmp/want" "$tmp/out"

expect '262144 524288 data' client "connect-unix $sock" \
  "chunks 256K 512K $tmp/part d" shutdown
cmp -i 262144:0 -n 524288 "$tmp/want" "$tmp/part"

expect '0 2097152 data' client "structured no" "connect-unix $sock" \
  "chunks 0 2M $tmp/simple -" shutdown
same "$tmp/want" "$tmp/simple"
