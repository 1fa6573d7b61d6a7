#!/bin/bash
# SPDX-License-Identifier: MIT
# If a GPT disk grows, by much, by a sector or by less, or beyond 2 TiB, the
# backup is at the new end, all of the disk is usable, the protective MBR
# covers it, and the partitions are unchanged.
. "${srcdir:-.}/tests/lib/convert/disks.sh"
requires_libfdisk

# grow BYTES: let the disk of 64 MiB have this size.
grow ()
{
  gpt_disk "$tmp/disk" 64
  truncate -s "$1" "$tmp/disk"
  "$table" follow "$tmp/disk" $((64 * MiB)) >/dev/null
  is_valid "$tmp/disk"
  partitions_are_whole "$tmp/disk"
  local sectors=$(($1 / 512))
  sgdisk -p "$tmp/disk" | grep -q "last usable sector is $((sectors - 34))" \
    || fail "to $1: $(sgdisk -p "$tmp/disk")"
  local covered
  covered=$(od -An -t u4 -j 458 -N 4 "$tmp/disk")
  local want=$((sectors - 1))
  ((want <= 0xffffffff)) || want=$((0xffffffff))
  [ "$((covered))" = $want ] || fail "the MBR covers $covered of $want"
  expect "gpt sector=512 count=2 end=$((6 * MiB)) backup=end" \
    "$table" facts "$tmp/disk"
  # The old backup is zero, except where the new one covers it.
  local end=$((64 * MiB)) new=$(((sectors - 33) * 512))
  ((end < new)) || end=$new
  zero_range "$tmp/disk" $((64 * MiB - 33 * 512)) \
    $((end - 64 * MiB + 33 * 512))
}

for bytes in $((100 * MiB)) $((64 * MiB + 512)) $((64 * MiB + 20 * 512)) \
  $((64 * MiB + 33 * 512)) $((64 * MiB + 1000)) $((80 * MiB + 511)) \
  $((2 << 40)) $(((2 << 40) + 512)) $((3 << 40)); do
  grow "$bytes"
done

# If there is nothing to do, nothing is written.
gpt_disk "$tmp/disk" 64
cp "$tmp/disk" "$tmp/before"
truncate -s $((64 * MiB + 300)) "$tmp/disk" "$tmp/before"
expect "" "$table" follow "$tmp/disk" $((64 * MiB))
same "$tmp/disk" "$tmp/before"

# Old data in the added space does not matter.
random_file "$tmp/more" $((2 * MiB))
cat "$tmp/more" >>"$tmp/disk"
"$table" follow "$tmp/disk" $((64 * MiB)) >/dev/null
is_valid "$tmp/disk"

# The table follows again, even if it did not follow the last change.
truncate -s 90M "$tmp/disk"
"$table" follow "$tmp/disk" $((70 * MiB)) >/dev/null
is_valid "$tmp/disk"
partitions_are_whole "$tmp/disk"

# A limit of file sizes (ulimit -f) is reported, and does not kill the
# program.
gpt_disk "$tmp/disk" 64
truncate -s 3T "$tmp/disk"
(ulimit -f $((100 << 10)) && "$table" follow "$tmp/disk" $((64 * MiB))) \
  >"$tmp/out" 2>"$tmp/err" && fail "the limit has no effect"
grep -q "in memory for its partition table: File too large" "$tmp/err" \
  || fail "$(cat "$tmp/err")"
