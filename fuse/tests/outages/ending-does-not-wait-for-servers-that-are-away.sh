#!/bin/bash
# SPDX-License-Identifier: MIT
# Unmounting, and a signal while writers wait, end nbdfuse within moments, and
# it says how much was not flushed; if nothing was written that is no fault.
. "${srcdir:-.}/tests/lib/mounts/away.sh"

# ends_soon STATUS: nobody waited for the 5 or 30 seconds that a server has to
# answer.
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

# Acknowledged by the server, but not flushed.
start_away --reconnect-timeout=none
dd if=/dev/zero of="$mnt/nbd" bs=64k count=16 conv=notrunc status=none
go
began=$SECONDS
fusermount3 -u "$mnt"
ends_soon 1
tells 'has been away for .* may be lost (1048576 bytes were not flushed)'

# Flushed in part, and 64 writers in the middle of something.
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
