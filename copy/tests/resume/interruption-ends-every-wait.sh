#!/bin/bash
# SPDX-License-Identifier: MIT
# Ctrl-C ends the copy whatever it waits for: the server's greeting, the reply
# to a request, a read for a part of a block, the last flush.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin eval filter blocksize-policy

random_file "$tmp/in" 1000
mkfifo "$tmp/hang"
# At the end, write a line for each reader that hangs there, so that servers can
# end.
exec 9<>"$tmp/hang"
on_exit+=("printf '\\n%.0s' {1..64} >&9")
# interrupted TEXT ARGUMENT...: send SIGINT when something hangs; the message
# has TEXT.
interrupted ()
{
  local text=$1 pid status=0
  shift
  rm -f "$tmp/hangs"
  "$system_python" -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$nbdcopy" --progress=3 "$@" \
    2>"$tmp/stderr" 3>"$tmp/progress" &
  pid=$!
  wait_until test -e "$tmp/hangs"
  kill -INT $pid
  wait $pid || status=$?
  [ "$status" = 130 ] || fail "exit status $status: $(cat "$tmp/stderr")"
  grep -q "interrupted by a signal (Interrupt)$text" "$tmp/stderr" \
    || fail "$(cat "$tmp/stderr")"
  ! grep -q 100/100 "$tmp/progress" || fail "it looks complete"
}

# A server that accepts the connection and sends nothing.
serve_uri "$system_python" -c '
import socket, sys
s = socket.socket(fileno=3)
c = s.accept()[0]
open(sys.argv[1], "w").close()
c.recv(1)' "$tmp/hangs"
interrupted ' before anything was copied' "$uri" null:

hang="touch $tmp/hangs; read -r _ <$tmp/hang"
options=(get_size='echo 4096' can_write='exit 0' can_zero='exit 3'
         can_flush='exit 0')
serve_uri nbdkit -f eval "${options[@]}" flush='exit 0' pread="$hang" \
  pwrite='cat >/dev/null'
interrupted ': the copy from offset 0 on is not complete' "$uri" "$tmp/out"
serve_uri nbdkit -f --filter=blocksize-policy eval "${options[@]}" \
  flush='exit 0' pread="$hang" pwrite='cat >/dev/null' \
  blocksize-minimum=512 blocksize-error-policy=error
interrupted ': the copy from offset 100 on is not complete' \
  --destination-offset=100 "$tmp/in" "$uri"
serve_uri nbdkit -f eval "${options[@]}" flush="$hang" \
  pread='head -c $3 /dev/zero' pwrite='cat >/dev/null'
interrupted ': the copy from offset 0 on is not known to be durable' \
  --flush "$tmp/in" "$uri"
