#!/bin/bash
# SPDX-License-Identifier: MIT
# File systems that cannot be grown from outside are recognized, and the
# message says which command grows them inside the guest, if there is one.
. "${srcdir:-.}/tests/lib/functions.sh"
. "${srcdir:-.}/tests/lib/convert/ext.sh"
file_system=$builddir/convert/tests/grow/file-system
disk=$tmp/disk

# holds NAME [START]: $disk has this file system there.
holds ()
{
  local at=${2:-$start} what
  what=$("$file_system" look "$disk" "$at" $(($(stat -c %s "$disk") - at)))
  case $what in
    "$1: "* | "$1") ;;
    *) fail "$what instead of $1" ;;
  esac
}

# fresh: make $disk empty.
fresh ()
{
  rm -f "$disk"
  truncate -s 256M "$disk"
}

# mark NAME OFFSET BYTES: with these bytes, this name is found.
mark ()
{
  fresh
  # shellcheck disable=SC2059
  printf -- "$3" | dd of="$disk" bs=1 seek=$((start + $2)) conv=notrunc status=none
  holds "$1"
}

# made NAME COMMAND...: a file system that the command makes is recognized,
# although ext4 was there before.  Skipped if the command is not installed.
made ()
{
  local name=$1
  shift
  command -v "$1" >"$tmp/out" || return 0
  rm -f "$disk"
  truncate -s 320M "$disk"
  mke2fs -q -F -t ext4 "$disk"
  ! "$@" "$disk" >"$tmp/out" 2>&1 || holds "$name" 0
}

fresh
holds "nothing that is known"
mark xfs 0 XFSB
mark btrfs 65600 _BHRfS_M
mark LVM 536 'LVM2 001'
mark LUKS 0 'LUKS\xba\xbe'
mark RAID 4096 '\xfc\x4e\x2b\xa9'
mark ntfs 3 'NTFS    '
mark bitlocker 3 '-FVE-FS-'
mark fat 82 'FAT32   '
mark exfat 3 'EXFAT   '
mark f2fs 1024 '\x10\x20\xf5\xf2'
mark zfs 16408 'version\0'
mark jfs 32768 JFS1
mark swap 4086 SWAPSPACE2
mark swap 65526 SWAPSPACE2
mark squashfs 0 hsqs

made xfs mkfs.xfs -q -f
made btrfs mkfs.btrfs -q -f
made LUKS cryptsetup -q luksFormat --pbkdf-force-iterations=4 --pbkdf=argon2i \
  --key-file /etc/hostname
made ntfs mkntfs -q -F -f
made fat mkfs.vfat
made exfat mkfs.exfat
made f2fs mkfs.f2fs -f
made swap mkswap -f
