#!/bin/bash
# SPDX-License-Identifier: MIT
# A file on a web server without ranges is read as a stream.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img xz curl
requires_ability "codec xz" "transport url in-order"

make_disk "$tmp/disk" 32
xz -0 --block-size=1MiB <"$tmp/disk" >"$tmp/web/disk.xz"
for option in --no-length --no-ranges; do
  web --no-ranges "$option"
  "$nbdconvert" --no-scratch "$web/disk.xz" "$tmp/d/out.raw"
  nothing_is_left out.raw
  same "$tmp/disk" "$tmp/d/out.raw"
  "$nbdconvert" --no-scratch "$web/disk.xz" "$tmp/d/out.qcow2"
  same_content "$tmp/d/out.qcow2" qcow2 "$tmp/disk"
  rm "$tmp/d"/*
done
