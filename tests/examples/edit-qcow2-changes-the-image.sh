#!/bin/bash
# SPDX-License-Identifier: MIT
# edit-qcow2 writes the text at the guest's offset and changes nothing else,
# and the image is closed properly when the program ends.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-nbd qemu-img

random_file "$tmp/raw" 4M
printf 'an old name' | dd of="$tmp/raw" bs=1 seek=1048570 conv=notrunc status=none
qemu-img convert -f raw -O qcow2 "$tmp/raw" "$tmp/disk.qcow2"

expect 'size   4194304 bytes
before "an old name"
after  "a new place"' \
  examples/edit-qcow2 "$tmp/disk.qcow2" 1048570 'a new place'

printf 'a new place' | dd of="$tmp/raw" bs=1 seek=1048570 conv=notrunc status=none
qemu-img compare -f raw -F qcow2 "$tmp/raw" "$tmp/disk.qcow2"
qemu-img check "$tmp/disk.qcow2"
