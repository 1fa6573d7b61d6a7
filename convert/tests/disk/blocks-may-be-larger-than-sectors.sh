#!/bin/bash
# SPDX-License-Identifier: MIT
# The table of a disk has sectors of 512 bytes, but the server accepts only
# blocks of 4096 bytes or more.
. "${srcdir:-.}/tests/lib/convert/disks.sh"
requires_libfdisk

for BLOCK in 4096 65536; do
  export BLOCK
  for size in 80 40; do
    gpt_disk "$tmp/disk" 64
    [ $size = 80 ] || expect yes "$table" shrink "$tmp/disk" $((size * MiB))
    truncate -s ${size}M "$tmp/disk"
    "$table" follow "$tmp/disk" $((64 * MiB)) >/dev/null
    is_valid "$tmp/disk"
    partitions_are_whole "$tmp/disk"
    expect "gpt sector=512 count=2 end=$((6 * MiB)) backup=end" \
      "$table" facts "$tmp/disk"
  done
done
