#!/bin/bash
# SPDX-License-Identifier: MIT
# An image that has the wanted format and size is copied by the kernel, or
# shares its blocks if the file system supports that.  Its bytes and holes are
# kept.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img

random_file "$tmp/disk" 2M
truncate -s 64M "$tmp/disk"
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/disk.qcow2"
for name in disk disk.qcow2; do
  "$nbdconvert" --plan=json "$tmp/$name" "$tmp/d/$name" >"$tmp/plan"
  grep -q -E '"step": "(reflink|copy range)"' "$tmp/plan" \
    || fail "it is not copied as it is: $(cat "$tmp/plan")"
  "$nbdconvert" "$tmp/$name" "$tmp/d/$name"
  same "$tmp/$name" "$tmp/d/$name"
  [ "$(allocated_kib "$tmp/d/$name")" -lt 8192 ] || fail "$name has no holes"
done
nothing_is_left disk disk.qcow2
