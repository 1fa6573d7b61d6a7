#!/bin/bash
# SPDX-License-Identifier: MIT
# ext2, ext3 and ext4 grow in a file of any name, and the file keeps its
# holes.  They grow on a device, too, which is opened exclusively before and
# after.
. "${srcdir:-.}/tests/lib/functions.sh"
. "${srcdir:-.}/tests/lib/convert/ext.sh"
file_system=$builddir/convert/tests/grow/file-system
make_files

# grows BYTES: grow the file system in $disk to this size.
grows ()
{
  "$file_system" grow "$disk" $start "$1" >"$tmp/out" 2>&1 \
    || fail "$(cat "$tmp/out")"
  [ ! -s "$tmp/out" ] || fail "it said $(cat "$tmp/out")"
  ext_is_whole "$1"
}

for options in "-t ext2" "-t ext3" "-t ext4" "-t ext4 -b 4096" \
  "-t ext4 -b 2048 -O ^64bit,^metadata_csum" "-t ext4 -O meta_bg,^resize_inode" \
  "-r 0" "-t ext4 -O inline_data,sparse_super2 -g 1024"; do
  disk=$tmp/disk
  # shellcheck disable=SC2086
  make_ext "$disk" 24M $options
  before=$(du -k "$disk" | cut -f1)
  grows $((200 * MiB))
  after=$(du -k "$disk" | cut -f1)
  # The inode tables of ext2 and ext3 are written as zeroes.
  [ $((after - before)) -lt 16384 ] || fail "$options: $after instead of $before KiB"
done

cd "$tmp"
for disk in 'a?offset=5' '?' 'b c' 'd:e,f=g%' $'h\ni' -j; do
  make_ext ./disk 24M -t ext4
  mv -- disk "./$disk"
  [ "$disk" != -j ] || disk=./-j
  # The size is no multiple of the block size.  The second time there is
  # nothing to do.
  grows 123456789
  grows 123456789
done

[ "$(id -u)" = 0 ] && command -v losetup >"$tmp/out" || exit 0
make_ext "$tmp/file" 24M -t ext4
disk=$(losetup -f --show "$tmp/file" 2>"$tmp/err") || exit 0
on_exit+=("losetup -d '$disk'")
grows $((255 * MiB))
