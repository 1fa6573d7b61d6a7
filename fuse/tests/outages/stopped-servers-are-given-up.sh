#!/bin/bash
# SPDX-License-Identifier: MIT
# A stopped server is noticed after --stall-timeout, and the mount continues
# when the server does.
. "${srcdir:-.}/tests/lib/mounts/away.sh"
requires qemu-nbd
# This uses qemu-nbd, since nbdkit may fail an assertion when clients
# disconnect.
server_command=(qemu-nbd -t -e 16 -f raw "$tmp/disk")

random_file "$tmp/disk" 8M
start_away --reconnect-timeout=5m --stall-timeout=500ms
kill -STOP "$server"
on_exit+=("kill -CONT $server 2>/dev/null")
dd if="$mnt/nbd" of="$tmp/read" bs=64k count=16 iflag=direct status=none &
reader=$!
until [ "$(said 'was lost (the server has neither sent nor taken a byte')" = 1 ]; do :; done
expect 8388608 stat -c %s "$mnt/nbd"
kill -CONT "$server"
wait "$reader" || fail "reading failed"
cmp -n 1048576 "$tmp/disk" "$tmp/read"
unmount
tells 'is back after'
