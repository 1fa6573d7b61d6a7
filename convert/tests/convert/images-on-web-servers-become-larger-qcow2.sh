#!/bin/bash
# SPDX-License-Identifier: MIT
# A compressed image on a web server is converted to a qcow2 image of twice
# the size, in one pass, and its partition table follows.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img sgdisk xz
requires_ability "codec xz parallel" "partition-table gpt" "transport url ranges"
requires_nbdkit plugin curl

make_disk "$tmp/disk"
xz -0 --block-size=1MiB <"$tmp/disk" >"$tmp/web/disk.xz"
web "$@"

"$nbdconvert" --no-scratch --size=128M "$web/disk.xz" "$tmp/d/out.qcow2"
nothing_is_left out.qcow2
qemu-img check -q "$tmp/d/out.qcow2"
qemu-img convert -O raw "$tmp/d/out.qcow2" "$tmp/raw"
[ "$(stat -c %s "$tmp/raw")" = $((128 << 20)) ] || fail "another size"
sgdisk -v "$tmp/raw" | grep -q "No problems found" || fail "the GPT is broken"
sfdisk -q --verify "$tmp/raw"
same_range "$tmp/disk" "$tmp/raw" $((1 << 20)) $((62 << 20))
e2fsck -fn "$tmp/raw?offset=$((3 << 20))" >"$tmp/fsck" 2>&1 || fail "$(cat "$tmp/fsck")"
