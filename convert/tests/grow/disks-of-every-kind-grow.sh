#!/bin/bash
# SPDX-License-Identifier: MIT
# --expand gives a partition the added space, and --move moves the partitions
# behind it, whatever the formats are and wherever the disk is.  All results
# are the same.
. "${srcdir:-.}/tests/lib/convert/disks.sh"
requires_libfdisk
requires_uris
requires qemu-img qemu-nbd xz gzip mkswap
requires_nbdkit filter blocksize-policy
nbdconvert=${NBDCONVERT:-$builddir/convert/nbdconvert}
[ -x "$nbdconvert" ] || skip "nbdconvert was not built"

cd "$tmp"
gpt_disk disk.img 64
sgdisk -n 7:12288:+1M -c 1:"the root" -c 7:swap disk.img >/dev/null
truncate -s 1M swap
chmod 600 swap
mkswap -L "my swap" -U 01234567-89ab-cdef-0123-456789abcdef swap \
  >/dev/null 2>&1
dd if=swap of=disk.img bs=$MiB seek=6 conv=notrunc status=none
qemu-img convert -O qcow2 disk.img disk.qcow2
xz -k --block-size=1M disk.img
xz -k disk.qcow2
gzip -k disk.img

# In the wanted disk partition 1 has grown, 2 was copied and 7 was made anew.
"$nbdconvert" --size=100M --expand=1 --move disk.img wanted.img
is_valid wanted.img
sgdisk -p wanted.img | sed -n '/^Number/,$p' | awk 'NR > 1 {print $1, $2, $3}' \
  >places
expect "1 4096 196607
2 196608 200703
7 200704 202751" cat places
cmp -i $((2 * MiB)):$((2 * MiB)) -n $MiB disk.img wanted.img
cmp -n $((2 * MiB)) -i $((96 * MiB)):0 wanted.img noise
cmp -n $MiB -i $((98 * MiB)):0 wanted.img swap

# grows SOURCE DESTINATION FORMAT [OPTION]...: the result is the wanted disk.
grows ()
{
  local from=$1 to=$2 format=$3
  shift 3
  "$nbdconvert" --size=100M --expand="the root" --move "$@" "$from" "$to"
  qemu-img convert -f "$format" -O raw "$to" result.img
  truncate -s 100M result.img # of a VHD
  is_valid result.img
  same_range result.img wanted.img $MiB $((98 * MiB))
  rm "$to"
}

for source in disk.img disk.qcow2 disk.img.xz disk.qcow2.xz disk.img.gz; do
  grows $source out.img raw
done
grows disk.img out.qcow2 qcow2
grows disk.qcow2 out.qcow2 qcow2 --compress
grows disk.img.gz out.vmdk vmdk
grows disk.img out.vdi vdi --verify
"$nbdconvert" --size=100M --expand=1 --move - out.img < <(cat disk.img)
same out.img wanted.img

# The disk was made larger before, but not its table; or it has unused space
# at its end.
cp disk.img larger.img
truncate -s 100M larger.img
"$nbdconvert" --size=100M --expand=1 --move larger.img out.img
same out.img wanted.img
"$nbdconvert" --size=64M --expand=7 disk.qcow2 out.qcow2
qemu-img convert -O raw out.qcow2 out.img
is_valid out.img
same_range out.img disk.img $((2 * MiB)) $((5 * MiB))
sgdisk -p out.img >places
grep -q " 7 *12288 *129023 " places || fail "$(cat places)"

# A server keeps its size, which is the new size of the disk.
for policy in "" "blocksize-minimum=4096 blocksize-error-policy=error"; do
  rm -f server.img
  truncate -s 100M server.img
  # shellcheck disable=SC2086
  serve unix nbdkit --filter=blocksize-policy file server.img $policy
  "$nbdconvert" --expand=1 --move disk.qcow2 "nbd+unix:///?socket=$sock"
  same server.img wanted.img
  stop_server
done
