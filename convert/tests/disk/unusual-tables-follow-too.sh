#!/bin/bash
# SPDX-License-Identifier: MIT
# Tables that differ from what most tools make follow a new size, too, and
# keep everything else unchanged.
. "${srcdir:-.}/tests/lib/convert/disks.sh"
requires_libfdisk

# follow MIB: the disk grows from 64 MiB to this size.
follow ()
{
  truncate -s "${1}M" "$tmp/disk"
  "$table" follow "$tmp/disk" $((64 * MiB)) >/dev/null
  partitions_are_whole "$tmp/disk"
}

# Arrays of other sizes, and at another place.
for entries in 4 56 256 3000; do
  gpt_disk "$tmp/disk" 64 -S "$entries"
  follow 80
  is_valid "$tmp/disk"
done
gpt_disk "$tmp/disk" 64 -j 1000
follow 80
is_valid "$tmp/disk"
[ "$(od -An -t u8 -j 584 -N 8 "$tmp/disk")" -eq 1000 ] \
  || fail "the array of entries did not stay in its sector"

# Entries of 256 bytes, which sgdisk does not support.
gpt_disk "$tmp/disk" 64
"$system_python" "$srcdir/convert/tests/disk/gpt_disk.py" "$tmp/disk" \
  entry_size=256 count=64
follow 80
expect "gpt sector=512 count=2 end=$((6 * MiB)) backup=end" \
  "$table" facts "$tmp/disk"
sfdisk --verify "$tmp/disk" >"$tmp/out" 2>&1 || fail "$(cat "$tmp/out")"

# A hybrid MBR is not changed, because somebody chose what it protects.
gpt_disk "$tmp/disk" 64
sgdisk -h 1:EE "$tmp/disk" >/dev/null
cp "$tmp/disk" "$tmp/before"
follow 80
is_valid "$tmp/disk"
same_range "$tmp/disk" "$tmp/before" 0 512

# Boot code, and the slot and active flag of the protective entry, are kept.
gpt_disk "$tmp/disk" 64
head -c 440 /dev/urandom | dd of="$tmp/disk" conv=notrunc status=none
dd if="$tmp/disk" of="$tmp/entry" bs=1 skip=446 count=16 status=none
dd if=/dev/zero of="$tmp/disk" bs=1 seek=446 count=16 conv=notrunc status=none
dd if="$tmp/entry" of="$tmp/disk" bs=1 seek=478 conv=notrunc status=none
poke "$tmp/disk" 478 '\x80'
cp "$tmp/disk" "$tmp/before"
follow 80
is_valid "$tmp/disk"
same_range "$tmp/disk" "$tmp/before" 0 483
same_range "$tmp/disk" "$tmp/before" 494 18
[ "$(od -An -t u4 -j 490 -N 4 "$tmp/disk")" -eq $((80 * 2048 - 1)) ] \
  || fail "the MBR does not cover the disk"

# Sectors of 4096 bytes.  Only fdisk can be told the size of sectors.
requires fdisk
truncate -s 0 "$tmp/disk"
truncate -s 64M "$tmp/disk"
printf '%s\n' g n 1 512 +1M n 2 1024 +2M w \
  | fdisk -b 4096 -w never "$tmp/disk" >/dev/null
fill_partitions "$tmp/disk"
for size in 64M 100M 104861696 104865792 104869000 20T; do
  truncate -s $size "$tmp/disk" 2>/dev/null || continue # of file systems
  "$table" follow "$tmp/disk" $((64 * MiB)) >/dev/null
  fdisk -b 4096 -l "$tmp/disk" >"$tmp/out" 2>&1
  ! grep -Ei 'mismatch|corrupt|not on the end' "$tmp/out" \
    || fail "$(cat "$tmp/out")"
  grep -q "Disklabel type: gpt" "$tmp/out" || fail "$(cat "$tmp/out")"
  expect "gpt sector=4096 count=2 end=$((6 * MiB)) backup=end" \
    "$table" facts "$tmp/disk"
  partitions_are_whole "$tmp/disk"
done

# Without a GPT nothing is written.
truncate -s 0 "$tmp/disk"
truncate -s 64M "$tmp/disk"
expect "none sector=0 count=0 end=0 backup=elsewhere" \
  "$table" facts "$tmp/disk"
expect "" "$table" follow "$tmp/disk" $((32 * MiB))
printf '%s\n' 'label: dos' '2048,2048' '8192,65536,E' '10240,4096' \
  '20480,4096' | sfdisk -q "$tmp/disk"
cp "$tmp/disk" "$tmp/before"
expect "mbr sector=512 count=4 end=$((36 * MiB)) backup=elsewhere" \
  "$table" facts "$tmp/disk"
expect "" "$table" follow "$tmp/disk" $((32 * MiB))
same "$tmp/disk" "$tmp/before"
