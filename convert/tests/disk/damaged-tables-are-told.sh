#!/bin/bash
# SPDX-License-Identifier: MIT
# A table that is damaged, or that different programs may read differently, is
# reported and not repaired silently: nothing is written.
. "${srcdir:-.}/tests/lib/convert/disks.sh"
requires_libfdisk

last=$((100 * MiB - 512))

# told TEXT: all functions refuse $tmp/disk, of 100 MiB, with this message.
told ()
{
  cp --sparse=always "$tmp/disk" "$tmp/before"
  refuses "$1" facts "$tmp/disk"
  refuses "$1" shrink "$tmp/disk" $((90 * MiB))
  truncate -s 120M "$tmp/disk" "$tmp/before"
  refuses "$1" follow "$tmp/disk" $((100 * MiB))
  [ ! -s "$tmp/out" ] || fail "something was written: $(cat "$tmp/out")"
  same "$tmp/disk" "$tmp/before"
}

gpt_disk "$tmp/disk" 100
poke "$tmp/disk" 532 X
told "primary GPT is damaged: its header's checksum is wrong; repair it"

gpt_disk "$tmp/disk" 100
poke "$tmp/disk" 1100 X
told "primary GPT is damaged: its array's checksum is wrong"

gpt_disk "$tmp/disk" 100
dd if=/dev/zero of="$tmp/disk" bs=512 seek=1 count=1 conv=notrunc status=none
told "primary GPT is damaged: it is not there; its backup is fine"

gpt_disk "$tmp/disk" 100
poke "$tmp/disk" $((last + 20)) X
told "backup GPT is damaged: its header's checksum is wrong"

gpt_disk "$tmp/disk" 100
poke "$tmp/disk" $((last - 16384 + 60)) X
told "backup GPT is damaged: its array's checksum is wrong"

gpt_disk "$tmp/disk" 100
dd if=/dev/zero of="$tmp/disk" bs=512 seek=$((last / 512)) count=1 \
  conv=notrunc status=none
told "backup GPT is damaged: it is not in sector 204799, where the first"

gpt_disk "$tmp/disk" 100
dd if=/dev/zero of="$tmp/disk" bs=512 seek=1 count=1 conv=notrunc status=none
poke "$tmp/disk" $((last + 20)) X
told "primary GPT is damaged: it is not there; nor does it have a backup"

# Two valid copies from two disks.
gpt_disk "$tmp/disk" 100
gpt_disk "$tmp/other" 100
dd if="$tmp/other" of="$tmp/disk" bs=512 skip=$((last / 512 - 32)) \
  seek=$((last / 512 - 32)) conv=notrunc status=none
told "backup GPT is damaged: it differs from the first one"

# An image that was truncated.
gpt_disk "$tmp/disk" 200
truncate -s 100M "$tmp/disk"
told "primary GPT is damaged: its other copy's place is 409599"

# Linux ignores a GPT if no MBR protects it.
gpt_disk "$tmp/disk" 100
dd if=/dev/zero of="$tmp/disk" bs=512 count=1 conv=notrunc status=none
told "there is a GPT, but the first sector has no entry that protects it"
gpt_disk "$tmp/disk" 100
poke "$tmp/disk" 454 '\x00'
told "there is a GPT, but the first sector has no entry that protects it"

# There are tables for both sizes of sectors.  Which one is valid depends on
# the disk.
gpt_disk "$tmp/disk" 100 -j 1000
truncate -s 100M "$tmp/other"
dd if=/dev/zero of="$tmp/other" bs=$MiB count=1 conv=notrunc status=none
echo g | cat - <(echo w) | fdisk -b 4096 -w never "$tmp/other" >/dev/null
dd if="$tmp/other" of="$tmp/disk" bs=4096 skip=1 seek=1 count=10 \
  conv=notrunc status=none
told "two GPTs, one for sectors of 512 bytes, one for 4096"

# A GPT beside partitions of an MBR is left over from earlier use, and is
# ignored.
gpt_disk "$tmp/disk" 100
dd if=/dev/zero of="$tmp/other" bs=$MiB count=1 status=none
truncate -s 100M "$tmp/other"
printf '%s\n' 'label: dos' '2048,2048' | sfdisk -q "$tmp/other"
dd if="$tmp/other" of="$tmp/disk" bs=512 count=1 conv=notrunc status=none
expect "mbr sector=512 count=1 end=$((2 * MiB)) backup=elsewhere" \
  "$table" facts "$tmp/disk"
expect "" "$table" follow "$tmp/disk" $((90 * MiB))

# The boot sector of a file system has the same signature as an MBR.
truncate -s 0 "$tmp/disk"
truncate -s 100M "$tmp/disk"
poke "$tmp/disk" 0 '\xeb\x3c\x90mkfs.fat'
poke "$tmp/disk" 420 'This is not a bootable disk. Please insert a floppy'
poke "$tmp/disk" 510 '\x55\xaa'
expect "none sector=0 count=0 end=0 backup=elsewhere" \
  "$table" facts "$tmp/disk"

# A chain of logical partitions that leads back, or beyond the end of the
# disk.
printf '%s\n' 'label: dos' '8192,65536,E' '10240,4096' '20480,4096' \
  | sfdisk -q "$tmp/other"
extended=$((8192 * 512))
cp "$tmp/other" "$tmp/disk"
poke "$tmp/disk" $((extended + 446 + 24)) "$(lsb 0 4)"
refuses "chain of logical partitions has no end" facts "$tmp/disk"
refuses "chain of logical partitions has no end" shrink "$tmp/disk" \
  $((90 * MiB))
cp "$tmp/other" "$tmp/disk"
poke "$tmp/disk" $((extended + 446 + 24)) "$(lsb $((0xfffffff0)) 4)"
refuses "leads to sector 4294975472, beyond the end" facts "$tmp/disk"
# This does not prevent the disk from growing, because nothing has to follow.
expect "" "$table" follow "$tmp/disk" $((90 * MiB))
