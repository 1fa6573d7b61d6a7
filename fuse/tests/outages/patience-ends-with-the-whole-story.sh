#!/bin/bash
# SPDX-License-Identifier: MIT
# When --reconnect-timeout has passed, programs that wait get EIO, and so do
# later ones.  The reason is printed once, and stat still works.
. "${srcdir:-.}/tests/lib/mounts/away.sh"

# gets_eio COMMAND...: the command fails with EIO.
gets_eio ()
{
  fails "$@"
  grep -q 'Input/output error' "$tmp/failure" || fail "$*: $(cat "$tmp/failure")"
}

random_file "$tmp/disk" 8M
start_away --reconnect-timeout=1s
dd if=/dev/zero of="$mnt/nbd" bs=64k count=1 conv=notrunc status=none
go
gets_eio dd if="$mnt/nbd" of=/dev/null bs=64k count=1 skip=9
gets_eio dd if=/dev/zero of="$mnt/nbd" bs=64k count=1 conv=notrunc,fsync
expect 8388608 stat -c %s "$mnt/nbd"
expect 1 said 'the server has gone, the file can only give errors: '
tells 'the connection to .* was lost 1 s ago (.*) and could not be restored within 1 s: '
come
gets_eio dd if="$mnt/nbd" of=/dev/null bs=64k count=1 skip=9
fusermount3 -u "$mnt"
ended_with 1
tells 'what was written last may be lost'
