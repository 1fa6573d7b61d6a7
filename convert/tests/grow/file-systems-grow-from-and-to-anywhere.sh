#!/bin/bash
# SPDX-License-Identifier: MIT
# --resize-fs lets the file system grow with its partition if the disk was
# compressed, comes through a pipe, is on a server, or has an MBR.  What
# cannot grow is refused, and a later failure leaves nothing.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
. "${srcdir:-.}/tests/lib/convert/ext.sh"
requires qemu-img qemu-nbd sfdisk sgdisk xz
requires_ability "option --expand"
requires_uris
nbdconvert=${NBDCONVERT:-$nbdconvert}
PATH=$builddir/fuse:$PATH
make_files
GiB=$((1 << 30))

# partitioned DISK: write a partition table around the file system.
partitioned ()
{
  truncate -s 32M "$1"
  printf 'label: gpt\n1M,30M,L\n' | sfdisk -q "$1"
}

# grows SOURCE DESTINATION [OPTION...]: partition 1 and its file system grow.
grows ()
{
  "$nbdconvert" --size=1G --expand=1 --resize-fs "$@" >"$tmp/out" 2>&1 \
    || fail "$* $(cat "$tmp/out")"
}

# refused TEXT: the conversion of disk.raw fails with this message.
refused ()
{
  ! "$nbdconvert" --size=1G --expand=1 --resize-fs disk.raw d/out.raw \
    >out 2>&1 || fail "it grew"
  grep -q -e "$1" out || fail "$(cat out) instead of $1"
  # shellcheck disable=SC2119  # no names: nothing at all
  nothing_is_left
}

cd "$tmp"
make_ext disk.raw 30M -t ext4
partitioned disk.raw
xz -k --block-size=4M disk.raw
disk=out.raw

grows disk.raw out.raw
expect "nbdconvert: out.raw: ext4 in partition 1 was grown to 1022.0M" cat out
ext_is_whole $((GiB - 2 * MiB))
grows disk.raw.xz out.raw --quiet --sparsify
expect "" cat out
ext_is_whole $((GiB - 2 * MiB))
grows - out.raw --quiet <disk.raw
ext_is_whole $((GiB - 2 * MiB))

# Through FUSE, if that can be used here.
if "$builddir/convert/tests/grow/file-system" can served 2>out; then
  truncate -s 0 out.raw
  truncate -s 1G out.raw
  serve unix qemu-nbd -t -f raw out.raw
  "$nbdconvert" -q --expand=1 --resize-fs disk.raw "nbd+unix:///?socket=$sock"
  stop_server
  ext_is_whole $((GiB - 2 * MiB))
fi
[ -z "$(ls -A "$TMPDIR")" ] || fail "$(ls -A "$TMPDIR") are left"

# A logical partition of an MBR.
make_ext disk.raw 30M -t ext3
truncate -s 32M disk.raw
printf 'label: dos\n512K,,E\n1M,30M,L\n' | sfdisk -q disk.raw
"$nbdconvert" -q --size=1G --expand=5 --resize-fs disk.raw out.raw
ext_is_whole $((GiB - MiB))

# File systems that cannot grow.
mkdir -p bin
make_ext disk.raw 30M -t ext4
partitioned disk.raw
cat >bin/resize2fs <<'END'
#!/bin/sh
echo "it is too late" >&2
exit 1
END
chmod +x bin/resize2fs
PATH=$tmp/bin:$PATH refused \
  "out.raw: the file system in partition 1 .*: resize2fs: it is too late"
printf XFSB | dd of=disk.raw bs=1 seek=$((start)) conv=notrunc status=none
refused "it looks like ext4 and like xfs"
dd if=/dev/zero of=disk.raw bs=1 seek=$((start + 1080)) count=2 conv=notrunc \
  status=none
refused "partition 1 has xfs, .* xfs_growfs MOUNTPOINT"
