#!/bin/bash
# SPDX-License-Identifier: MIT
# A file system that is not clean or has unknown features is kept whole, and
# so is a partition whose size or place is wrong.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
PATH=$PATH:/usr/sbin:/sbin
requires mke2fs debugfs e2fsck sfdisk mkswap
unused=$PWD/convert/tests/unused/unused
disk=$tmp/disk

# make [OPTION...]: make a file system in $disk.
make ()
{
  rm -f "$disk"
  mke2fs -q -F -t ext4 "$@" "$disk" 16M >"$tmp/log" 2>&1
}

# is LINES: this is printed about $disk.
is ()
{
  [ "$("$unused" "$disk")" = "$1" ] || fail "$("$unused" "$disk")
instead of $1"
}

# says TEXT: this is part of what is printed.
says ()
{
  "$unused" "$disk" | grep -q -e "$1" || fail "$("$unused" "$disk")"
}

# kept WHY: no range of $disk is unused, for this reason.
kept ()
{
  is "0 0 $(stat -c %s "$disk") $1"
  [ -z "$("$unused" "$disk" ranges)" ]
}

# change REQUEST: run a request of debugfs.
change ()
{
  debugfs -w -R "$1" "$disk" >"$tmp/log" 2>&1
}

# poke OFFSET OCTAL...: write bytes of $disk.
poke ()
{
  local offset=$1
  shift
  # shellcheck disable=SC2059
  printf "$(printf '\\%s' "$@")" \
    | dd of="$disk" bs=1 seek="$offset" conv=notrunc status=none
}

make
change "ssv state 0"
kept "ext4 0 it was not unmounted; e2fsck mends it"
make
change "ssv state 3"
kept "ext4 0 it has errors; e2fsck mends them"
make
change "feature +needs_recovery"
kept "ext4 0 its journal has to be replayed first; to mount it or e2fsck does that"
make -O journal_dev
kept "ext4 0 it is the journal of another file system"
make -O ^metadata_csum
change "ssv journal_inum 0"
kept "ext4 0 its journal is on another device"
make -O ^metadata_csum
change "ssv feature_ro_compat 0x40000001"
kept "ext4 0 it has features that are not known: compat 0, ro_compat 0x40000000"
make -O ^metadata_csum
change "ssv feature_incompat 0x40000002"
kept "ext4 0 it cannot be read: Filesystem has unsupported feature(s)"
make -O mmp,^metadata_csum
change "ssv mmp_block 1"
kept "ext4 0 its multiple mount protection block (MMP) is damaged"

# A changed bit in the block bitmap of the first group, with and without
# checksum.
make -O ^metadata_csum
bitmap=$(dumpe2fs "$disk" 2>/dev/null \
           | sed -n 's/.*Block bitmap at \([0-9]*\).*/\1/p' | head -n 1)
poke $((bitmap * 1024)) 000
kept "ext4 0 block group 0 marks blocks as free that hold its own description"
make
poke $((bitmap * 1024 + 1000)) 377
says "checksum"
make -O ^metadata_csum,^has_journal
poke $((bitmap * 1024 + 1000)) 377
says "free clusters, but says"
make
poke 2060 377
says "the checksum of block group 0 is wrong"

# Wrong numbers in the superblock.
make -O ^metadata_csum
poke 1048 020
kept "ext4 0 its blocks have 2^26 bytes"
make -O ^metadata_csum
poke 1056 010 000
kept "ext4 0 its groups have only 8 blocks"
make
truncate -s 15M "$disk"
kept "ext4 0 it is larger than its partition"

# Swap.
rm "$disk"
truncate -s 1M "$disk"
mkswap -q "$disk" 2>/dev/null
is "0 0 1048576 swap 1044480"
truncate -s 900K "$disk"
kept "swap 0 it ends 126976 bytes behind its partition"

# hibernated SIZE OCTAL...: swap with this signature.
hibernated ()
{
  local size=$1
  shift
  rm -f "$disk"
  truncate -s 1M "$disk"
  mkswap -q -p "$size" "$disk" 2>/dev/null
  poke $((size - 10)) "$@"
  kept "swap 0 a machine has hibernated into it"
}

hibernated 4096 123 061 123 125 123 120 105 116 104 000   # S1SUSPEND
hibernated 16384 123 062 123 125 123 120 105 116 104 000  # S2SUSPEND
hibernated 4096 125 114 123 125 123 120 105 116 104 000   # ULSUSPEND
hibernated 65536 114 111 116 110 111 102 060 060 060 061  # LINHIB0001
hibernated 4096 355 303 002 351 230 126 345 014           # TuxOnIce
poke 4086 123 127 101 120 055 123 120 101 103 105         # SWAP-SPACE
kept "swap 0 its version is 0 instead of 1"

# array OFFSET OCTAL...: ext4 on a member of an array.
array ()
{
  make
  poke "$@"
  kept "RAID 0 it is a member of a RAID array; if it no longer is, wipefs removes the traces of that"
}

# Linux 1.2, 1.0 and 0.90, Intel's and DDF.
zeroes=$(printf ' 000%.0s' {1..136})
# shellcheck disable=SC2086
array 4096 374 116 053 251 001 000 000 000 $zeroes 010 000 000 000
# shellcheck disable=SC2086
array $((32752 * 512)) 374 116 053 251 001 000 000 000 $zeroes 360 177 000 000
array $(((16 << 20) - 65536)) 374 116 053 251 000 000 000 000 132 000 000 000
array $(((16 << 20) - 1024)) 111 156 164 145 154 040 122 141 151 144 040 111 \
  123 115 040 103 146 147 040 123 151 147 056 040
array $(((16 << 20) - 512)) 336 021 336 021

# Left over from earlier use.
rm "$disk"
truncate -s 1M "$disk"
mke2fs -q -F -t ext2 -O none "$disk" >"$tmp/log" 2>&1
poke 65526 123 127 101 120 123 120 101 103 105 062        # SWAPSPACE2
kept "ext2 0 it looks like swap as well; wipefs lists both, and can remove the one that is old"
printf 'label: dos\nstart=128,size=128\n' | sfdisk -q --wipe never "$disk"
is "1 65536 65536 unknown 0 the whole disk looks like ext2, too; wipefs lists what it finds, and can remove what is old"

# Partitions.
rm "$disk"
truncate -s 32M "$disk"
printf 'label: dos\nstart=2048,size=8192\nstart=12288,size=8192\n' \
  | sfdisk -q "$disk"
poke 470 000 020
is "1 1048576 4194304 unknown 0 it overlaps partition 2
2 2097152 4194304 unknown 0 it overlaps partition 1"
truncate -s 6000000 "$disk"
says "2 .* it ends behind the disk"
truncate -s 2000000 "$disk"
is "1 1048576 4194304 unknown 0 it ends behind the disk
2 2097152 4194304 unknown 0 it ends behind the disk"
