#!/bin/bash
# SPDX-License-Identifier: MIT
# --size sets the size of the disk in the result, whatever the formats are and
# whichever program converts, and the partition table follows.
. "${srcdir:-.}/tests/lib/convert/disks.sh"
requires_libfdisk
requires qemu-img qemu-nbd
nbdconvert=${NBDCONVERT:-$builddir/convert/nbdconvert}
[ -x "$nbdconvert" ] || skip "nbdconvert was not built"

cd "$tmp"
gpt_disk disk.img 64
qemu-img convert -O qcow2 disk.img disk.qcow2

# convert MIB FORMAT [OPTION]... SOURCE DESTINATION
convert ()
{
  local mib=$1 format=$2 size
  shift 2
  "$nbdconvert" --size="${mib}M" "$@" || fail "$*"
  qemu-img convert -f "$format" -O raw "${!#}" result.img
  size=$(stat -c %s result.img)
  # VHD disks end at a whole cylinder.
  [ "$size" = $((mib * MiB)) ] || [ "$format" = vpc ] \
    || fail "$*: the disk has $size bytes"
  is_valid result.img
  partitions_are_whole result.img
  rm -f "${!#}"
}

for source in disk.img disk.qcow2; do
  for mib in 100 32; do
    convert $mib raw $source out.img
    convert $mib qcow2 $source out.qcow2
    convert $mib qcow2 --verify --compress $source out.qcow2
    convert $mib vmdk $source out.vmdk
    convert $mib vdi $source out.vdi
    convert $mib vhdx $source out.vhdx
    convert $mib vpc $source out.vhd
  done
done

# If a partition is in the way there is no result, except with --force-shrink.
status=0
"$nbdconvert" --size=5M disk.qcow2 out.qcow2 2>err || status=$?
[ $status = 1 ] || fail "status $status"
grep -q "the last partition ends at byte 6291456, .*--force-shrink" err \
  || fail "$(cat err)"
[ ! -e out.qcow2 ] || fail "there is a result"
"$nbdconvert" --size=5M --force-shrink disk.qcow2 out.qcow2 2>err \
  || fail "$(cat err)"
grep -q "its partition table was left as it is" err || fail "$(cat err)"
qemu-img convert -O raw out.qcow2 result.img
same_range disk.img result.img 0 $((5 * MiB))

# A damaged table is reported, and no result with it is left.
poke disk.img 532 X
status=0
"$nbdconvert" --size=100M disk.img out.img 2>err || status=$?
[ $status = 1 ] || fail "status $status"
grep -q "primary GPT is damaged: its header's checksum is wrong" err \
  || fail "$(cat err)"
[ ! -e out.img ] || fail "there is a result"
