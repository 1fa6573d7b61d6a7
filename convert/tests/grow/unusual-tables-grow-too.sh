#!/bin/bash
# SPDX-License-Identifier: MIT
# Partitions also grow in tables that differ from what most tools make:
# sectors of 4096 bytes, other arrays of entries, a hybrid MBR, places that
# are not aligned, and disks as Debian and Windows make them.
. "${srcdir:-.}/tests/lib/convert/disks.sh"
requires_libfdisk
requires fdisk mkswap
disk=$tmp/disk

# grow MIB ARGUMENT...: the disk grows from 64 MiB to this size.
grow ()
{
  truncate -s "${1}M" "$disk"
  shift
  "$table" grow "$disk" $((64 * MiB)) "$@" >"$tmp/said" || fail "grow $*"
}

# is_at NUMBER FIRST LAST: sgdisk finds the partition in these sectors.
is_at ()
{
  expect "$*" awk -v n="$1" '$1 == n { print $1, $2, $3 }' \
    <(sgdisk -p "$disk" | sed '1,/^Number/d')
}

# Arrays of other sizes, and at another place.
for entries in 4 56 256 3000; do
  gpt_disk "$disk" 64 -S "$entries"
  grow 80 2
  is_valid "$disk"
  partitions_are_whole "$disk"
done
gpt_disk "$disk" 64 -j 1000
grow 80 1 move
is_valid "$disk"

# A hybrid MBR follows if it contains the partition.
gpt_disk "$disk" 64
sgdisk -h 1:2:EE "$disk" >/dev/null
cp "$disk" "$tmp/before"
grow 80 1 move
is_valid "$disk"
for slot in 1 2; do
  at=$((446 + 16 * (slot - 1)))
  first=$(od -An -t u4 -j $((at + 8)) -N 4 "$disk")
  length=$(od -An -t u4 -j $((at + 12)) -N 4 "$disk")
  is_at $slot $((first)) $((first + length - 1))
  same_range "$disk" "$tmp/before" $((at + 4)) 1
done

# Sectors of 4096 bytes.  Only fdisk can be told the size of sectors.
truncate -s 0 "$disk"
truncate -s 64M "$disk"
printf '%s\n' g n 1 512 +1M n 2 1024 +2M w \
  | fdisk -b 4096 -w never "$disk" >/dev/null
fill_partitions "$disk"
cp "$disk" "$tmp/before"
grow 100 2
fdisk -b 4096 -l "$disk" >"$tmp/out" 2>&1
! grep -Ei 'mismatch|corrupt|not on the end' "$tmp/out" || fail "$(cat "$tmp/out")"
grep -q "disk2  *1024 *25343 " "$tmp/out" || fail "$(cat "$tmp/out")"
partitions_are_whole "$disk"
cp "$tmp/before" "$disk"
grow 100 1 move
fdisk -b 4096 -l "$disk" >"$tmp/out" 2>&1
! grep -Ei 'mismatch|corrupt|not on the end' "$tmp/out" || fail "$(cat "$tmp/out")"
cmp -i $((97 * MiB)):0 -n $((2 * MiB)) "$disk" "$tmp/noise"

# Blocks that are larger than sectors.
gpt_disk "$disk" 64
cp "$disk" "$tmp/before"
grow 100 1 move
cp "$disk" "$tmp/wanted"
cp "$tmp/before" "$disk"
BLOCK=65536 grow 100 1 move
same "$disk" "$tmp/wanted"

# Old tools let partitions begin at sector 63.
truncate -s 0 "$disk"
truncate -s 64M "$disk"
printf '%s\n' 'label: dos' '63,16002,L,*' | sfdisk -q "$disk"
grow 100 1
expect "63 $((100 * 2048 - 63))" \
  sh -c "sfdisk -d '$disk' | sed -n 's/.*start= *\([0-9]*\), size= *\([0-9]*\),.*bootable/\1 \2/p'"

# As Debian makes it: an unaligned extended partition, with swap in it.
truncate -s 0 "$disk"
truncate -s 64M "$disk"
printf '%s\n' 'label: dos' 'start=2048, size=96256, type=83, bootable' \
  'start=100350, size=30722, type=5' 'start=0, size=0, type=0' \
  'start=0, size=0, type=0' 'start=100352, size=30720, type=82' \
  | sfdisk -q "$disk"
truncate -s 15M "$tmp/swap"
chmod 600 "$tmp/swap"
mkswap -L swap -U 01234567-89ab-cdef-0123-456789abcdef "$tmp/swap" \
  >"$tmp/out" 2>&1
dd if="$tmp/swap" of="$disk" bs=512 seek=100352 conv=notrunc status=none
random_file "$tmp/noise2" $((4 * MiB))
dd if="$tmp/noise2" of="$disk" bs=512 seek=103000 conv=notrunc status=none
grow 128 1 move
sfdisk --verify "$disk" >"$tmp/out" || fail "$(cat "$tmp/out")"
expect "2048 227328
231422 30722
231424 30720" sh -c "sfdisk -d '$disk' \
  | sed -n 's/.*start= *\([0-9]*\), size= *\([0-9]*\),.*/\1 \2/p'"
cmp -i $((231424 * 512)):0 -n $((15 * MiB)) "$disk" "$tmp/swap"

# As Windows makes it: the boot sector contains the number of sectors before
# it.
gpt_disk "$disk" 64
for offset in 510:'\x55\xaa' 0:'\xeb\x52\x90' 11:'\x00\x02' \
  28:"$(lsb 8192 4)"; do
  poke "$disk" $((4 * MiB + ${offset%%:*})) "${offset#*:}"
done
grow 100 1 move
expect $((97 * 2048)) sh -c \
  "od -An -t u4 -j $((97 * MiB + 28)) -N 4 '$disk' | tr -d ' '"
