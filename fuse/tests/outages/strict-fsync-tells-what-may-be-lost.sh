#!/bin/bash
# SPDX-License-Identifier: MIT
# With unflushed=strict data is not written again after an outage: the next
# fsync fails with EIO, a message says which range may be lost, and later
# writes can be flushed again.
. "${srcdir:-.}/tests/lib/mounts/away.sh"

parameters='&unflushed=strict'
random_file "$tmp/disk" 8M
start_away --reconnect-timeout=5m
dd if=/dev/zero of="$mnt/nbd" bs=64k count=1 seek=3 conv=notrunc status=none
go
come
fails dd if=/dev/zero of="$mnt/nbd" bs=64k count=1 seek=9 conv=notrunc,fsync
grep -q 'fsync.*Input/output error' "$tmp/failure" || fail "$(cat "$tmp/failure")"
tells 'nbd: flush.*65536 bytes at offset 196608'
dd if=/dev/zero of="$mnt/nbd" bs=64k count=1 seek=9 conv=notrunc,fsync status=none
unmount
