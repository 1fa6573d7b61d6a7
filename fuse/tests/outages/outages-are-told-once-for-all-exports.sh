#!/bin/bash
# SPDX-License-Identifier: MIT
# With --exports one message is printed when an outage of the server begins and
# one when it has ended, not one for each file.
. "${srcdir:-.}/tests/lib/mounts/away.sh"

server_command=(nbdkit -f file "dir=$tmp/disks")
mkdir "$tmp/disks"
truncate -s 1M "$tmp/disks/a" "$tmp/disks/b" "$tmp/disks/c"
start_away --exports --reconnect-timeout=5m
go
readers=()
for name in a b c; do
  dd if="$mnt/$name" of=/dev/null bs=4k count=1 iflag=direct status=none &
  readers+=($!)
  waits "$!"
done
come
for reader in "${readers[@]}"; do
  wait "$reader" || fail "reading failed"
done
unmount
expect 1 said 'was lost'
expect 1 said 'is back after .* ms, and so are all 3 exports$'
