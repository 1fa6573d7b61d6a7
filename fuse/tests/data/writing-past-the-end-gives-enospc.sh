#!/bin/bash
# SPDX-License-Identifier: MIT
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory
start "$mnt" --command nbdkit -s memory 1000001
fails dd if=/dev/zero of="$mnt/nbd" bs=300000 conv=notrunc
grep -q 'No space left' "$tmp/failure" || fail "$(cat "$tmp/failure")"
grep -q '^1000001 bytes' "$tmp/failure" || fail "$(cat "$tmp/failure")"
expect 1000001 stat -c %s "$mnt/nbd"
expect 1000001 sh -c "wc -c <'$mnt/nbd'"
fails truncate -s 5 "$mnt/nbd"
: >"$mnt/nbd" # O_TRUNC
expect 1000001 stat -c %s "$mnt/nbd"
unmount
