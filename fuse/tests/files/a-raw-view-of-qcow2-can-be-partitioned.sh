#!/bin/bash
# SPDX-License-Identifier: MIT
# Partitioning, making a file system and changing it through nbdfuse over
# qemu-nbd leaves the same bytes as doing it to a raw file.
. "${srcdir:-.}/tests/lib/fuse.sh"
PATH=$PATH:/sbin:/usr/sbin
requires qemu-img qemu-nbd sfdisk mkfs.ext4 debugfs e2fsck

export E2FSPROGS_FAKE_TIME=1700000000
uuid=5f1dd6f0-3a6c-4f3a-9d8e-0d7c3c3f1b11
offset=1048576
random_file "$tmp/content" 3000000

# work FILE: partition it, make a file system, and write and read a file.
work ()
{
  printf 'label: dos\nlabel-id: 0x12345678\nstart=2048, type=83\n' \
    | sfdisk --quiet --no-reread --no-tell-kernel "$1" || fail "sfdisk $1"
  mkfs.ext4 -q -F -U "$uuid" -E "offset=$offset,hash_seed=$uuid,nodiscard" \
    "$1" 60M || fail "mkfs.ext4 $1"
  debugfs -w -R "write $tmp/content content" "$1?offset=$offset" \
    2>"$tmp/debugfs" || fail "debugfs $1"
  e2fsck -f -n "$1?offset=$offset" >"$tmp/e2fsck" 2>&1 \
    || fail "e2fsck $1: $(cat "$tmp/e2fsck")"
  debugfs -R "dump content $tmp/back" "$1?offset=$offset" 2>"$tmp/debugfs"
  same "$tmp/content" "$tmp/back"
}

truncate -s 64M "$tmp/raw"
qemu-img create -q -f qcow2 "$tmp/disk.qcow2" 64M
start "$mnt/disk" [ qemu-nbd -f qcow2 "$tmp/disk.qcow2" ]
work "$mnt/disk"
work "$tmp/raw"
sfdisk --dump "$mnt/disk" | grep -q 'start= *2048' || fail "no partition"
unmount

qemu-img check -q "$tmp/disk.qcow2"
qemu-img compare -f raw -F qcow2 "$tmp/raw" "$tmp/disk.qcow2"
