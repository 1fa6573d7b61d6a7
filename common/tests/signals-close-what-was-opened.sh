#!/bin/bash -
# SPDX-License-Identifier: MIT
# A tool that gets a signal ends its server, removes the server's socket, and
# ends by the same signal.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin null filter log filter delay

# Write the path of the server's socket into a file, then become the server.
cat >"$tmp/tell.py" <<'END'
import os, socket, sys
listener = socket.socket(fileno=3)
with open(sys.argv[1], "w") as file:
    file.write(listener.getsockname())
listener.detach()
os.execvp(sys.argv[2], sys.argv[2:])
END

for number in 2 15; do
  # The server is busy with a read when the signal comes.
  mkfifo "$tmp/log.$number"
  # bash starts background jobs with SIGINT ignored.
  "$system_python" -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' \
    "$builddir/info/nbdinfo" [ "$system_python" "$tmp/tell.py" "$tmp/path" \
      nbdkit -f --filter=log --filter=delay null 1M logfile="$tmp/log.$number" \
      rdelay=100 ] >"$tmp/out" 2>/dev/null &
  tool=$!
  exec {log}<"$tmp/log.$number"
  while read -r line <&"$log"; do
    case $line in *" Read "*) break ;; esac
  done
  kill -"$number" "$tool"
  status=0
  wait "$tool" || status=$?
  exec {log}<&-
  [ "$status" -eq $((128 + number)) ] || fail "signal $number: status $status"
  socket=$(cat "$tmp/path")
  [ -n "$socket" ] || fail "where was the socket?"
  [ ! -e "${socket%/*}" ] || fail "signal $number left $socket"
done
