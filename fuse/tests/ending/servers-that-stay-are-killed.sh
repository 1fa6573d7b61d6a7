#!/bin/bash
# SPDX-License-Identifier: MIT
# nbdfuse kills a server that it has started and that ignores signals and the
# end of its connection: if mounting fails, and after unmounting.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory

cat >"$tmp/server.py" <<'PYTHON'
import os
import signal
import subprocess
import sys

for number in signal.SIGTERM, signal.SIGPIPE:
    signal.signal(number, signal.SIG_IGN)
with open(sys.argv[1], "w", encoding="ascii") as file:
    print(os.getpid(), file=file)
if sys.argv[2:]:
    subprocess.run(sys.argv[2:], check=False)
else:
    os.write(1, b"this is not what a server says when it is asked")
while True:
    signal.pause()
PYTHON
server=("$system_python" "$tmp/server.py" "$tmp/pid")
on_exit+=("kill -KILL \$(cat '$tmp/pid') 2>/dev/null")

killed ()
{
  ! kill -0 "$(cat "$tmp/pid")" 2>/dev/null || fail "the server still runs"
}

fails "$nbdfuse" "$mnt" --command "${server[@]}"
grep -q 'this is not an NBD server' "$tmp/failure" || fail "$(cat "$tmp/failure")"
killed

start "$mnt" --command "${server[@]}" nbdkit -s memory 1M
kill -TERM "$pid"
ended_with 143
expect "nbdfuse: the server did not end, it was killed" cat "$tmp/err"
killed
