#!/bin/bash
# SPDX-License-Identifier: MIT
# If a server cannot write zeroes they are sent as data, also if the range
# begins or ends inside of a block.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires fallocate
requires_nbdkit plugin memory filter nozero

for policy in "" "--filter=blocksize-policy"; do
  arguments=()
  [ -z "$policy" ] || arguments=(blocksize-minimum=8192
    blocksize-preferred=8192 blocksize-maximum=65536
    blocksize-error-policy=error)
  random_file "$tmp/expected" 4M
  # shellcheck disable=SC2086  # one word or none
  start "$mnt" --command nbdkit -s $policy --filter=nozero memory 4M \
    "${arguments[@]}"
  dd if="$tmp/expected" of="$mnt/nbd" bs=10000 conv=notrunc,fsync status=none
  same "$tmp/expected" "$mnt/nbd"
  for range in 1000:2000000 2500000:10 3000000:9000 3200000:16384; do
    fallocate --zero-range --keep-size --offset "${range%:*}" \
      --length "${range#*:}" "$mnt/nbd"
    head -c "${range#*:}" /dev/zero | dd of="$tmp/expected" bs=65536 \
      seek="${range%:*}" oflag=seek_bytes conv=notrunc iflag=fullblock \
      status=none
  done
  same "$tmp/expected" "$mnt/nbd"
  unmount
done
