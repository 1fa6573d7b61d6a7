#!/bin/bash
# SPDX-License-Identifier: MIT
# The distribution's nbdfuse runs with our library: ordinary programs can read
# and write the export as a file.
. "${srcdir:-.}/tests/lib/functions.sh"
requires nbdfuse qemu-img qemu-nbd
[ -w /dev/fuse ] || skip "/dev/fuse is missing or may not be used"
unmount=$(command -v fusermount3 || command -v fusermount) \
  || skip "fusermount is not installed"

random_file "$tmp/raw" 8M
qemu-img convert -f raw -O qcow2 "$tmp/raw" "$tmp/disk.qcow2"
mkdir "$tmp/mnt"
mkfifo "$tmp/ready"
on_exit+=("'$unmount' -u '$tmp/mnt' 2>/dev/null")
# nbdfuse writes its pidfile when the mount works.  It is a fifo, so that the
# test can wait for it.
(
  ours nbdfuse -P "$tmp/ready" "$tmp/mnt" --socket-activation \
    qemu-nbd -f qcow2 "$tmp/disk.qcow2" 2>"$tmp/err" || :
  echo gone >"$tmp/ready"
) &
servers+=("$!")
read -r pid <"$tmp/ready" || [ -n "$pid" ]
[ "$pid" != gone ] || skip "nbdfuse cannot mount here: $(cat "$tmp/err")"
loaded_ours

expect 8388608 stat -c %s "$tmp/mnt/nbd"
same "$tmp/raw" "$tmp/mnt/nbd"
random_file "$tmp/new" 1M
for file in "$tmp/raw" "$tmp/mnt/nbd"; do
  dd if="$tmp/new" of="$file" bs=100000 seek=20 conv=notrunc,fsync status=none
done
same "$tmp/raw" "$tmp/mnt/nbd"
"$unmount" -u "$tmp/mnt"
read -r pid <"$tmp/ready" # it ended, and qemu-nbd before it
qemu-img compare -f raw -F qcow2 "$tmp/raw" "$tmp/disk.qcow2"
