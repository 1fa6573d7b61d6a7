#!/bin/bash
# SPDX-License-Identifier: MIT
# A qcow2 image can be made on a block device, just like a raw one, with
# another size and a partition table that follows.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires losetup qemu-img sgdisk xz
requires_ability "codec xz parallel" "format qcow2 read write" \
  "partition-table gpt"

make_disk "$tmp/disk" 16
xz -0 --block-size=1MiB <"$tmp/disk" >"$tmp/disk.xz"
truncate -s 40M "$tmp/device"
device=$(losetup -f --show "$tmp/device" 2>/dev/null) \
  || skip "loop devices are not permitted"
on_exit+=("losetup -d $device")

for source in "$tmp/disk" "$tmp/disk.xz"; do
  "$nbdconvert" --to=qcow2 --size=32M "$source" "$device"
  qemu-img check -q -f qcow2 "$device"
  qemu-img convert -f qcow2 -O raw "$device" "$tmp/raw"
  [ "$(stat -c %s "$tmp/raw")" = $((32 << 20)) ] || fail "another size"
  same_range "$tmp/disk" "$tmp/raw" $((1 << 20)) $((14 << 20))
  sgdisk -v "$tmp/raw" | grep -q "No problems found" || fail "the GPT is broken"
done
