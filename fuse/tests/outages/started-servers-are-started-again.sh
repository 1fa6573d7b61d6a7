#!/bin/bash
# SPDX-License-Identifier: MIT
# If a server that nbdfuse has started is killed, it is started again.  It ends
# with the mount.
. "${srcdir:-.}/tests/lib/mounts/away.sh"

random_file "$tmp/disk" 8M
for way in --command --socket-activation; do
  arguments=()
  [ $way != --command ] || arguments=(-s)
  rm -f "$tmp/nbdkit.pid"
  start --reconnect-timeout=5m "$mnt" $way nbdkit "${arguments[@]}" \
    --pidfile "$tmp/nbdkit.pid" file "$tmp/disk"
  for _ in 1 2; do
    dd if=/dev/zero of="$mnt/nbd" bs=64k count=1 seek=7 conv=notrunc status=none
    child=$(cat "$tmp/nbdkit.pid")
    kill -KILL "$child"
    dd if="$mnt/nbd" of="$tmp/read" bs=64k count=16 iflag=direct status=none
    cmp -n 1048576 "$tmp/disk" "$tmp/read"
    [ "$(cat "$tmp/nbdkit.pid")" != "$child" ] || fail "$child was not replaced"
  done
  unmount
  ! kill -0 "$(cat "$tmp/nbdkit.pid")" 2>/dev/null || fail "the server still runs"
done
