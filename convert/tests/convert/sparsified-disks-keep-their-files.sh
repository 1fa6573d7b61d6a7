#!/bin/bash
# SPDX-License-Identifier: MIT
# --sparsify leaves out what file systems do not use and the content of swap,
# from every kind of source.  Unknown partitions are copied as they are.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
[ -x "$nbdconvert" ] || skip "nbdconvert was not built"
PATH=$PATH:/usr/sbin:/sbin
requires mke2fs e2fsck debugfs sfdisk mkswap qemu-img qemu-nbd xz
grep -q '^sparsify ext2 ext3 ext4$' <("$nbdconvert" --machine-readable) \
  || skip "nbdconvert was built without libext2fs"

# Three partitions: ext4, most of whose data was deleted, swap, and noise.
mkdir "$tmp/tree"
random_file "$tmp/tree/kept" 1M
random_file "$tmp/tree/gone" 4M
mke2fs -q -t ext4 -d "$tmp/tree" "$tmp/ext4" 8M >"$tmp/log" 2>&1
debugfs -w -R "rm /gone" "$tmp/ext4" >"$tmp/log" 2>&1
random_file "$tmp/swap" 1M
chmod 0600 "$tmp/swap"
mkswap -q -U clear "$tmp/swap"
random_file "$tmp/other" 1M
truncate -s 12M "$tmp/disk"
sfdisk -q "$tmp/disk" <<END
label: gpt
start=2048, size=16384
start=18432, size=2048
start=20480, size=2048
END
for part in ext4:1 swap:9 other:10; do
  dd if="$tmp/${part%:*}" of="$tmp/disk" bs=1M seek="${part#*:}" \
    conv=notrunc status=none
done

# check FILE: check the content of the raw disk, and that it has holes.
check ()
{
  dd if="$1" of="$tmp/part" bs=1M skip=1 count=8 status=none
  e2fsck -fn "$tmp/part" >"$tmp/log" 2>&1 || fail "$(cat "$tmp/log")"
  debugfs -R "dump /kept $tmp/file" "$tmp/part" >"$tmp/log" 2>&1
  same "$tmp/file" "$tmp/tree/kept"
  cmp -n 4096 "$1" "$tmp/swap" 9M 0 || fail "the header of swap is gone"
  cmp -n 1M "$1" "$tmp/other" 10M 0 || fail "the third partition has changed"
  [ "$(allocated_kib "$1")" -lt 4096 ] || fail "$(du -k "$1")"
}

"$nbdconvert" --sparsify "$tmp/disk" "$tmp/out" 2>"$tmp/said"
check "$tmp/out"
sed -i "s|^nbdconvert: $tmp/disk: ||; s/[0-9.]*[KM] unused/some unused/" "$tmp/said"
cat >"$tmp/expected" <<END
partition 1, ext4: some unused are left out
partition 2, swap: some unused are left out
partition 3 is copied as it is: it is neither ext2, ext3, ext4, swap nor LVM
END
same "$tmp/said" "$tmp/expected"
"$nbdconvert" -q --sparsify - "$tmp/out" <"$tmp/disk"
check "$tmp/out"
"$nbdconvert" -q --sparsify --verify - "$tmp/out" < <(cat "$tmp/disk")
check "$tmp/out"
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/qcow2"
"$nbdconvert" -q --sparsify "$tmp/qcow2" "$tmp/out"
check "$tmp/out"
"$nbdconvert" -q --sparsify --to=qcow2 "$tmp/qcow2" "$tmp/less"
[ "$(stat -c %s "$tmp/less")" -lt $((4 << 20)) ] || fail "$(ls -l "$tmp/less")"
qemu-img convert -O raw "$tmp/less" "$tmp/out"
check "$tmp/out"
xz --block-size=1M -k "$tmp/disk"
"$nbdconvert" -q --sparsify "$tmp/disk.xz" "$tmp/out"
check "$tmp/out"

refuses "random access, which --sparsify needs, cannot be reached" \
  "$nbdconvert" --sparsify --no-scratch - "$tmp/new" < <(cat "$tmp/disk")
[ ! -e "$tmp/new" ]
