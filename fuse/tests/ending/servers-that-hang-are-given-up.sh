#!/bin/bash
# SPDX-License-Identifier: MIT
# A server that hangs is given up: with writes or reads that are not answered,
# or idle; after unmounting, and after a signal while the file is open.  A
# second signal ends nbdfuse at once.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory filter log filter delay

# begin ARGUMENT...: mount with an nbdkit, and set child to its process ID.
begin ()
{
  rm -f "$tmp/nbdkit.pid"
  start "$mnt" [ nbdkit --pidfile "$tmp/nbdkit.pid" "$@" ]
  child=$(cat "$tmp/nbdkit.pid")
  on_exit+=("kill -KILL $child 2>/dev/null")
}

# stop: stop the server, and wait until the signal has reached all its threads.
stop ()
{
  kill -STOP "$child"
  while cut -d ')' -f 2 "/proc/$child/task/"*/stat | grep -q -v '^ T'; do :; done
}

# begin_logging ARGUMENT...: the same as begin, with all requests in a log.
mkfifo "$tmp/log"
exec {log}<>"$tmp/log"
begin_logging ()
{
  begin --filter=log --filter=delay memory 64M logfile="$tmp/log" "$@"
}

# requested KIND: wait until the server has received such a request.
requested ()
{
  local line
  while read -r line <&"$log"; do
    case $line in *" $1 "*) return ;; esac
  done
}

# given_up TEXT: signals end nbdfuse, with that message.  Signals that follow
# the first one at once count as one with it, so signals are sent until it
# ends.
given_up ()
{
  local line gone
  exec {gone}<>"$ready"
  "$system_python" - "$pid" "$gone" <<'END'
import contextlib
import os
import select
import signal
import sys

pid, gone = map(int, sys.argv[1:])
while not select.select([gone], [], [], 0.2)[0]:
    with contextlib.suppress(ProcessLookupError):  # it is just ending
        os.kill(pid, signal.SIGTERM)
END
  read -r line <&"$gone"
  exec {gone}<&-
  [ "$line" = "gone 143" ] || fail "nbdfuse: $line: $(cat "$tmp/err")"
  grep -q "$1" "$tmp/err" || fail "no \"$1\" in: $(cat "$tmp/err")"
  ! mountpoint -q "$mnt" || fail "$mnt is still mounted"
  ! kill -0 "$child" 2>/dev/null || fail "the server still runs"
}

# A write is not answered, so the writer waits in close.
begin_logging wdelay=1000
dd if=/dev/zero of="$mnt/nbd" bs=64k count=4 conv=notrunc 2>/dev/null &
writer=$!
requested Write
stop
given_up 'the server does not answer, giving up'
wait "$writer" 2>/dev/null || :

# The file is closed, so that it can be unmounted, but data is not flushed.
begin memory 64M
dd if=/dev/zero of="$mnt/nbd" bs=64k count=4 conv=notrunc 2>/dev/null
stop
fusermount3 -u "$mnt"
given_up 'the server does not answer, giving up'

# A read is not answered; no data is lost then.
begin_logging rdelay=1000
cat "$mnt/nbd" >"$tmp/read" 2>&1 &
reader=$!
requested Read
stop
given_up 'the server did not end, it was killed'
! grep -q 'lost' "$tmp/err" || fail "a warning for a reader: $(cat "$tmp/err")"
! wait "$reader" || fail "reading succeeded"

# The server is idle and only has to end.
begin memory 64M
stop
fusermount3 -u "$mnt"
given_up 'the server did not end, it was killed'
