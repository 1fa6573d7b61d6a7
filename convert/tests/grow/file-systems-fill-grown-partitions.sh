#!/bin/bash
# SPDX-License-Identifier: MIT
# --resize-fs lets the file system fill the partition that --expand has grown,
# in a raw file and through a server.  The partition behind it is not changed.
. "${srcdir:-.}/tests/lib/convert/disks.sh"
requires_libfdisk
requires qemu-img qemu-nbd mke2fs e2fsck resize2fs dumpe2fs
nbdconvert=${NBDCONVERT:-$builddir/convert/nbdconvert}
[ -x "$nbdconvert" ] || skip "nbdconvert was not built"

cd "$tmp"
mkdir files
cp "$srcdir"/convert/*.c files
mke2fs -q -t ext4 -b 1024 -d files fs 40M 2>/dev/null
truncate -s 64M disk.img
sgdisk -n 1:4096:+40M -c 1:root -n 2:90112:+2M disk.img >/dev/null
random_file noise $((2 * MiB))
dd if=fs of=disk.img bs=$MiB seek=2 conv=notrunc status=none
dd if=noise of=disk.img bs=$MiB seek=44 conv=notrunc status=none

# is_grown FILE: partition 1 reaches from 2 MiB to 133 MiB.
is_grown ()
{
  [ "$(stat -c %s "$1")" = $((136 * MiB)) ] || fail "the disk was cut"
  is_valid "$1"
  cmp -i $((133 * MiB)):0 -n $((2 * MiB)) "$1" noise || fail "2 differs"
  dd if="$1" of=part bs=$MiB skip=2 count=131 status=none
  e2fsck -fn part >out 2>&1 || fail "$(cat out)"
  dumpe2fs -h part 2>/dev/null | grep -q "^Block count: *$((131 * 1024))$" \
    || fail "its size is $(dumpe2fs -h part | grep 'Block count')"
  mkdir found
  debugfs -R 'rdump / found' part >out 2>&1
  rm -rf found/lost+found
  diff -r found files || fail "the files differ"
  rm -r found
}

"$nbdconvert" --size=136M --expand=root --move --resize-fs disk.img out.img
is_grown out.img
[ "$(du -k out.img | cut -f1)" -lt 20000 ] || fail "it has no holes"
[ -w /dev/fuse ] && command -v fusermount3 >out || exit 0
export PATH=$builddir/fuse:$PATH
"$nbdconvert" --size=136M --expand=root --move --resize-fs disk.img out.qcow2
qemu-img convert -O raw out.qcow2 out.img
is_grown out.img
