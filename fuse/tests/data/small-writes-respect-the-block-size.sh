#!/bin/bash
# SPDX-License-Identifier: MIT
# The server refuses requests that are not multiples of 64 KiB, and requests of
# more than 128 KiB.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory filter blocksize-policy

start "$mnt" --command nbdkit -s --filter=blocksize-policy memory 4M \
  blocksize-minimum=65536 blocksize-preferred=65536 \
  blocksize-maximum=131072 blocksize-error-policy=error
expect 65536 stat -c %o "$mnt/nbd"
random_file "$tmp/expected" 4M
# shellcheck disable=SC2094
for size in 1M 100001 4096; do
  dd if="$tmp/expected" of="$mnt/nbd" bs="$size" conv=notrunc,fsync \
    status=none
  same "$tmp/expected" "$mnt/nbd"
done
random_file "$tmp/little" 300
for file in "$tmp/expected" "$mnt/nbd"; do
  for offset in 0 65400 131071 4194004; do
    dd if="$tmp/little" of="$file" bs=300 seek="$offset" oflag=seek_bytes \
      conv=notrunc status=none
  done
done
same "$tmp/expected" "$mnt/nbd"
dd if="$mnt/nbd" of="$tmp/direct" bs=4096 iflag=direct status=none
same "$tmp/expected" "$tmp/direct"
unmount
