#!/bin/bash
# SPDX-License-Identifier: MIT
# The server is killed and started again while programs read and write, through
# the page cache and without it.  They succeed.
. "${srcdir:-.}/tests/lib/mounts/away.sh"

random_file "$tmp/new" 4M
for direct in "" direct; do
  random_file "$tmp/disk" 8M
  cp "$tmp/disk" "$tmp/old"
  start_away --reconnect-timeout=5m
  go
  dd if="$mnt/nbd" of="$tmp/read" bs=256k count=16 ${direct:+iflag=direct} status=none &
  reader=$!
  dd if="$tmp/new" of="$mnt/nbd" bs=256k seek=16 conv=notrunc,fsync \
    ${direct:+oflag=direct} status=none &
  writer=$!
  waits "$reader"
  waits "$writer"
  come
  wait "$reader" || fail "reading failed"
  wait "$writer" || fail "writing failed"
  cmp -n 4194304 "$tmp/old" "$tmp/read"
  cmp -i 4194304:0 "$tmp/disk" "$tmp/new"
  unmount
  tells 'is back after'
done
