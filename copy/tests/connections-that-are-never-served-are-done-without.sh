#!/bin/bash
# SPDX-License-Identifier: MIT
# A server that has no time for another connection leaves it with the kernel,
# which has taken it: the copy is made with those that were answered.
. "${srcdir:-.}/copy/tests/functions.sh"
requires_nbdkit plugin file

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

random_file "$tmp/in" 4M
truncate -s 4M "$tmp/disk"
serve_uri "$system_python" "$tmp/serve-one.py" "$tmp/disk"
"$nbdcopy" -C 4 -T 4 --flush "$tmp/in" "$uri" 2>"$tmp/stderr" \
  || fail "$(cat "$tmp/stderr")"
same "$tmp/in" "$tmp/disk"
grep -q 'going on with 1 of 4 connections: the server has not answered' \
  "$tmp/stderr" || fail "$(cat "$tmp/stderr")"
