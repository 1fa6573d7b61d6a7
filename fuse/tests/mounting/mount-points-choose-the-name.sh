#!/bin/bash
# SPDX-License-Identifier: MIT
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory
server=(--command nbdkit -s memory 1M)

start "$mnt" "${server[@]}"
expect nbd ls "$mnt"
unmount
start "$mnt/disk.img" "${server[@]}"
expect disk.img ls "$mnt"
unmount

mnt=$tmp/naked
echo content >"$mnt"
on_exit+=("fusermount3 -u -z -q '$mnt' 2>/dev/null")
start "$mnt" "${server[@]}"
expect 1048576 stat -c %s "$mnt"
random_file "$tmp/random" 1M
cp "$tmp/random" "$mnt"
same "$tmp/random" "$mnt"
unmount
expect content cat "$mnt"
