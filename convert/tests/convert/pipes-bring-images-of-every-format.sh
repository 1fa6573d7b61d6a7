#!/bin/bash
# SPDX-License-Identifier: MIT
# Images of every format are recognized in a pipe, too, wherever in their
# beginning they say what they are.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img qemu-nbd

random_file "$tmp/disk" 1m
for format in qcow2 qcow vmdk vdi vhdx vpc qed parallels; do
  qemu-img convert -f raw -O $format "$tmp/disk" "$tmp/image"
  qemu-img convert -f $format -O raw "$tmp/image" "$tmp/expected"
  "$nbdconvert" --quiet - "$tmp/d/raw" < <(cat "$tmp/image")
  same "$tmp/expected" "$tmp/d/raw"
  nothing_is_left raw
done
