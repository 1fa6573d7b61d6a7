#!/bin/bash
# SPDX-License-Identifier: MIT
# Copies to and from a block device; zeroes replace its old content.
. "${srcdir:-.}/tests/lib/copy.sh"
requires losetup
[ "$(id -u)" = 0 ] || skip "only root can make a loop device"

random_file "$tmp/in" 2M
truncate -s 8M "$tmp/in"
random_file "$tmp/disk" 8M
device=$(losetup --show -f "$tmp/disk" 2>"$tmp/losetup") \
  || skip "no loop device: $(cat "$tmp/losetup")"
on_exit+=('losetup -d "$device"')
for options in "" --allocated "--sparse=0" --synchronous; do
  # shellcheck disable=SC2086  # none or one
  "$nbdcopy" --flush $options "$tmp/in" "$device"
  same "$tmp/in" "$device"
  "$nbdcopy" "$device" "$tmp/out"
  same "$tmp/in" "$tmp/out"
  head -c 8M /dev/urandom >"$device"
done
"$nbdcopy" - "$device" < <(cat "$tmp/in")
same "$tmp/in" "$device"
"$nbdcopy" --verify "$tmp/in" "$device"
# Progress or a journal cannot be written to it, also by another name.
mknod "$tmp/node" b $((0x$(stat -c %t "$device"))) $((0x$(stat -c %T "$device")))
refuses 'descriptor 7 is also the destination' \
  "$nbdcopy" --progress=7 "$tmp/in" "$device" 7<>"$tmp/node"
refuses 'is also the source' \
  "$nbdcopy" --resume="$tmp/node" "$device" "$tmp/copy"
refuses 'are the same file' "$nbdcopy" "$device" "$tmp/node"
same "$tmp/in" "$device"
truncate -s 9M "$tmp/in"
refuses 'do not fit' "$nbdcopy" "$tmp/in" "$device"
