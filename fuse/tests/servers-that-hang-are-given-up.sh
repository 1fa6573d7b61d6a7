#!/bin/bash
# SPDX-License-Identifier: MIT
# With writes or reads that are not answered, or idle; after unmounting, and
# after a signal while the file is open.  A second signal need not wait.
. "${srcdir:-.}/fuse/tests/functions.sh"
requires_nbdkit plugin memory filter log filter delay

# begin ARGUMENT...: mount with an nbdkit that is known by its process.
begin ()
{
  rm -f "$tmp/nbdkit.pid"
  start "$mnt" [ nbdkit --pidfile "$tmp/nbdkit.pid" "$@" ]
  child=$(cat "$tmp/nbdkit.pid")
  on_exit+=("kill -KILL $child 2>/dev/null")
}

# stop: the signal reaches the threads of the server one after another.
stop ()
{
  kill -STOP "$child"
  while cut -d ')' -f 2 "/proc/$child/task/"*/stat | grep -q -v '^ T'; do :; done
}

# given_up TEXT: signals end it, with 1 and that message.
given_up ()
{
  local line sender
  while kill -TERM "$pid" 2>/dev/null; do sleep 0.2; done &
  sender=$!
  read -r line <"$ready"
  wait "$sender"
  [ "$line" = "gone 1" ] || fail "nbdfuse: $line: $(cat "$tmp/err")"
  grep -q "$1" "$tmp/err" || fail "no \"$1\" in: $(cat "$tmp/err")"
  ! mountpoint -q "$mnt" || fail "$mnt is still mounted"
  ! kill -0 "$child" 2>/dev/null || fail "the server still runs"
}

# Written, but not answered, so that the writer waits in close.
mkfifo "$tmp/log"
exec {log}<>"$tmp/log"
begin --filter=log --filter=delay memory 64M logfile="$tmp/log" wdelay=1000
dd if=/dev/zero of="$mnt/nbd" bs=64k count=4 conv=notrunc 2>/dev/null &
writer=$!
while read -r line <&"$log"; do
  case $line in *" Write "*) break ;; esac
done
stop
given_up 'the server does not answer, giving up'
wait "$writer" 2>/dev/null || :

# Closed, so that it can be unmounted, but not flushed.
begin memory 64M
dd if=/dev/zero of="$mnt/nbd" bs=64k count=4 conv=notrunc 2>/dev/null
stop
fusermount3 -u "$mnt"
given_up 'the server does not answer, giving up'

# A reader.
begin memory 64M
stop
cat "$mnt/nbd" >"$tmp/read" 2>&1 &
reader=$!
given_up 'the server does not answer\|the server did not end'
! wait "$reader" || fail "reading succeeded"

# Nothing is asked of it but to end.
begin memory 64M
stop
fusermount3 -u "$mnt"
given_up 'the server did not end, it was killed'
