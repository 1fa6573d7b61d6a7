#!/bin/bash
# SPDX-License-Identifier: MIT
# In an outage, unmounting or a signal ends nbdfuse soon, also while writers
# wait.  It says how many bytes were not flushed; if there are none it exits
# with 0.
. "${srcdir:-.}/tests/lib/mounts/away.sh"

# ends_soon STATUS: nbdfuse does not wait for the 5 or 30 seconds that a server
# has to answer.
ends_soon ()
{
  ended_with "$1"
  [ $((SECONDS - began)) -lt 5 ] || fail "that took $((SECONDS - began)) s"
}

truncate -s 64M "$tmp/disk"
start_away --reconnect-timeout=none
go
began=$SECONDS
fusermount3 -u "$mnt"
ends_soon 0
[ "$(said 'may be lost')" = 0 ] || fail "$(cat "$tmp/err")"

# The server has acknowledged the writes, but they were not flushed.
start_away --reconnect-timeout=none
dd if=/dev/zero of="$mnt/nbd" bs=64k count=16 conv=notrunc status=none
go
began=$SECONDS
fusermount3 -u "$mnt"
ends_soon 1
tells 'has been away for .* may be lost (1048576 bytes were not flushed)'

# A part was flushed, and 64 writers wait.
start_away --reconnect-timeout=none
dd if=/dev/zero of="$mnt/nbd" bs=64k count=16 conv=notrunc,fsync status=none
go
writers=()
for i in {1..64}; do
  dd if=/dev/zero of="$mnt/nbd" bs=64k count=1 seek="$i" oflag=direct \
    conv=notrunc 2>/dev/null &
  writers+=($!)
done
for i in "${writers[@]}"; do waits "$i"; done
began=$SECONDS
kill "$pid"
ends_soon 143
for i in "${writers[@]}"; do
  ! wait "$i" || fail "a writer was told that it is done"
done
tells 'has been away for .* may be lost'
