#!/bin/bash
# SPDX-License-Identifier: MIT
# A disk may be cut where there are neither partitions nor data.  Its table
# follows, although its backup was cut off.
. "${srcdir:-.}/tests/lib/convert/disks.sh"
requires_libfdisk

# no TEXT SIZE: the disk may not be cut at SIZE, with this message.
no ()
{
  "$table" shrink "$tmp/disk" "$2" >"$tmp/out" || fail "not even an answer"
  grep -q "^no: $1" "$tmp/out" || fail "to $2: $(cat "$tmp/out")"
}

yes_to ()
{
  expect yes "$table" shrink "$tmp/disk" "$1"
}

# cut BYTES: cut the disk of 64 MiB, and let its table follow.
cut ()
{
  yes_to "$1"
  cp --sparse=always "$tmp/disk" "$tmp/small"
  truncate -s "$1" "$tmp/small"
  "$table" follow "$tmp/small" $((64 * MiB)) >/dev/null
  is_valid "$tmp/small"
  partitions_are_whole "$tmp/small"
  expect "gpt sector=512 count=2 end=$((6 * MiB)) backup=end" \
    "$table" facts "$tmp/small"
}

# The smallest size: the partitions, 32 sectors of entries, and a header.
gpt_disk "$tmp/disk" 64
least=$((6 * MiB + 33 * 512))
for bytes in $((32 * MiB)) $((64 * MiB - 512)) $((64 * MiB - 5 * 512)) \
  $((64 * MiB - 33 * 512)) $((20 * MiB + 100)) $least; do
  cut "$bytes"
done
yes_to $((64 * MiB))
yes_to $((65 * MiB))
no "the last partition ends at byte 6291456 and the backup GPT takes 16896" \
  $((least - 1))
no "the last partition ends at byte 6291456, but the new size is 6291455" \
  $((6 * MiB - 1))
no "the last partition ends" 0

# If the disk was cut by force, the table does not follow when it would have
# to cut a partition.
cp --sparse=always "$tmp/disk" "$tmp/small"
truncate -s $((6 * MiB + 5000)) "$tmp/small"
refuses "the last partition ends at byte 6291456" follow "$tmp/small" \
  $((64 * MiB))
[ ! -s "$tmp/out" ] || fail "something was written"

# Data outside of partitions, at both edges of the part that is cut off.
for at in $((32 * MiB)) $((40 * MiB + 4097)) $((64 * MiB - 33 * 512 - 1)); do
  gpt_disk "$tmp/disk" 64
  poke "$tmp/disk" "$at" X
  no "no partition is there, but byte $at is not zero" $((32 * MiB))
  yes_to $(((at / 512 + 34) * 512))
done
# Data that the new backup would overwrite.
gpt_disk "$tmp/disk" 64
poke "$tmp/disk" $((32 * MiB - 5000)) X
no "no partition is there, but byte $((32 * MiB - 5000))" $((32 * MiB))

# A partition of a hybrid MBR that is not in the GPT.
gpt_disk "$tmp/disk" 64
sgdisk -h 1:EE "$tmp/disk" >/dev/null
yes_to $((32 * MiB))
poke "$tmp/disk" $((446 + 12)) "$(lsb $((50 * 2048)) 4)"
no "the last partition ends at byte" $((32 * MiB))

# Partitions of an MBR, including logical ones.
truncate -s 0 "$tmp/disk"
truncate -s 64M "$tmp/disk"
printf '%s\n' 'label: dos' '2048,2048' '8192,65536,E' '10240,4096' \
  '20480,4096' | sfdisk -q "$tmp/disk"
yes_to $((36 * MiB))
no "the last partition ends at byte 37748736" $((36 * MiB - 1))
poke "$tmp/disk" $((64 * MiB - 1)) X
no "no partition is there, but byte 67108863 is not zero" $((36 * MiB))
# A wrong table: a partition ends behind the extended partition.
poke "$tmp/disk" $((64 * MiB - 1)) '\x00'
poke "$tmp/disk" $((8192 * 512 + 446 + 12)) "$(lsb 90000 4)"
no "the last partition ends at byte 51322880" $((36 * MiB))

# Without a table nobody knows which parts are used.
truncate -s 0 "$tmp/disk"
truncate -s 64M "$tmp/disk"
no "there is no partition table" $((32 * MiB))

# Sectors of 4096 bytes.
requires fdisk
printf '%s\n' g n 1 512 +1M n 2 1024 +2M w \
  | fdisk -b 4096 -w never "$tmp/disk" >/dev/null
yes_to $((32 * MiB))
truncate -s 32M "$tmp/disk"
"$table" follow "$tmp/disk" $((64 * MiB)) >/dev/null
expect "gpt sector=4096 count=2 end=$((6 * MiB)) backup=end" \
  "$table" facts "$tmp/disk"
fdisk -b 4096 -l "$tmp/disk" >"$tmp/out" 2>&1
! grep -Ei 'mismatch|corrupt|not on the end' "$tmp/out" \
  || fail "$(cat "$tmp/out")"
