#!/bin/bash
# SPDX-License-Identifier: MIT
# A server that promised several connections and then refuses some, or leaves
# them with the kernel, is mounted with those that it took.
. "${srcdir:-.}/fuse/tests/functions.sh"
requires_nbdkit plugin file plugin memory filter limit

serve unix nbdkit -f --filter=limit memory 1M limit=2
start -C 4 "$mnt" "nbd+unix:///?socket=$sock"
grep -q 'going on with 2 of 4 connections' "$tmp/err" || fail "$(cat "$tmp/err")"
cmp -n 1048576 "$mnt/nbd" /dev/zero
unmount

# The first client gets nbdkit, the others wait for ever.
cat >"$tmp/serve-one.py" <<'END'
import os, socket, sys
listener = socket.socket(fileno=3)
client = listener.accept()[0]
for fd in 0, 1:
    os.dup2(client.fileno(), fd)
for name in "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES":
    os.environ.pop(name, None)
os.execvp("nbdkit", ["nbdkit", "-s", "file", sys.argv[1]])
END
random_file "$tmp/disk" 1M
serve unix "$system_python" "$tmp/serve-one.py" "$tmp/disk"
start -C 4 "$mnt" "nbd+unix:///?socket=$sock"
grep -q 'going on with 1 of 4 connections' "$tmp/err" || fail "$(cat "$tmp/err")"
same "$tmp/disk" "$mnt/nbd"
unmount
