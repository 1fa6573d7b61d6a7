#!/bin/bash
# SPDX-License-Identifier: MIT
# If the program is killed between two writes, or in the middle of a write, at
# least one copy of the GPT is complete.  If both are, the move can be
# repeated.
. "${srcdir:-.}/tests/lib/convert/disks.sh"
requires_libfdisk

# one_copy_is_whole FILE: sgdisk finds both partitions.
one_copy_is_whole ()
{
  local said
  said=$(sgdisk -p "$1" 2>&1) || fail "nothing is left: $said"
  case $said in
    *"   1 "*"   2 "*) ;;
    *) fail "partitions are lost: $said" ;;
  esac
}

# interrupt FROM TO: sizes of the disk before and after, in bytes.
interrupt ()
{
  local n torn status
  gpt_disk "$tmp/from" 64
  truncate -s "$1" "$tmp/from"
  [ "$1" = $((64 * MiB)) ] || sgdisk -e "$tmp/from" >/dev/null
  truncate -s "$2" "$tmp/from"
  for torn in "" torn; do
    for ((n = 1; ; n++)); do
      cp --sparse=always "$tmp/from" "$tmp/disk"
      status=0
      # shellcheck disable=SC2086
      "$table" follow "$tmp/disk" "$1" $n $torn >"$tmp/out" 2>&1 || status=$?
      partitions_are_whole "$tmp/disk"
      [ $status = 1 ] || break
      one_copy_is_whole "$tmp/disk"
      if "$table" facts "$tmp/disk" >/dev/null 2>&1; then
        "$table" follow "$tmp/disk" "$1" >/dev/null
        is_valid "$tmp/disk"
      fi
    done
    # The writes: array, header, MBR, primary, and zeroes over the old backup.
    ((n >= 5)) || fail "only $n writes"
  done
}

interrupt $((64 * MiB)) $((80 * MiB))
interrupt $((64 * MiB)) $((64 * MiB + 512))
interrupt $((64 * MiB)) $((64 * MiB + 16 * 512))
interrupt $((64 * MiB)) $((40 * MiB))
