#!/bin/bash -
# SPDX-License-Identifier: MIT
# If a server does not answer or is gone, Ctrl-C ends connecting, negotiating,
# and commands.  After a command the handle can still be used.
. "${srcdir:-.}/tests/lib/nbdsh.sh"
requires_nbdkit plugin memory filter delay

# interrupt STATUS TEXT ARGUMENT...: run the shell, send SIGINT as soon as its
# debugging output has the text, and wait for its end.
interrupt ()
{
  local want=$1 text=$2 line status=0 err shell reader
  shift 2
  rm -f "$tmp/err"
  mkfifo "$tmp/err"
  # bash starts background jobs with SIGINT ignored.
  ./run "$PYTHON" -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable] + sys.argv[1:])' \
    "$builddir/sh/nbdsh" -v "$@" >"$tmp/out" 2>"$tmp/err" &
  shell=$!
  exec {err}<"$tmp/err"
  line=
  while [[ $line != *"$text"* ]]; do
    read -r line <&"$err" || fail "$*: no \"$text\", but: $(cat "$tmp/out")"
  done
  kill -INT "$shell"
  cat <&"$err" >"$tmp/rest" &
  reader=$!
  wait "$shell" || status=$?
  exec {err}<&-
  wait "$reader"
  [ "$status" -eq "$want" ] || fail "$*: $status: $(cat "$tmp/rest")"
}

# This server accepts no connection.
serve unix sleep infinity
interrupt 130 'nbd_poll2: enter' -u "nbd+unix:///?socket=$sock"
interrupt 0 'nbd_poll2: enter' -c "
try:
    h.connect_unix('$sock')
except KeyboardInterrupt:
    print('interrupted')"
expect interrupted cat "$tmp/out"

serve unix nbdkit -f --filter=delay memory 1M delay-open=1000
for stays in '' '&reconnect-timeout=10m'; do
  interrupt 0 'nbd_opt_info: enter' --opt-mode \
    -u "nbd+unix:///?socket=$sock$stays" -c "
try:
    h.opt_info()
except KeyboardInterrupt:
    print('interrupted, dead:', h.aio_is_dead())"
  expect 'interrupted, dead: True' cat "$tmp/out"
done

serve unix nbdkit -f --filter=delay memory 1M rdelay=1000
for call in 'pread(512, 0)' 'pread_structured(512, 0, print)'; do
  interrupt 0 "nbd_aio_${call%%(*}: leave" -u "nbd+unix:///?socket=$sock" -c "
try:
    h.$call
except KeyboardInterrupt:
    h.pwrite(b'x' * 512, 0)
    print('interrupted')"
  expect interrupted cat "$tmp/out"
done

# Calls that wait in an outage.
for call in 'pread(512, 0)' 'shutdown()'; do
  serve unix nbdkit -f memory 1M
  interrupt 0 'nobody is there' --reconnect-timeout=10m \
    -u "nbd+unix:///?socket=$sock" -c "
import signal
os.kill($server, signal.SIGKILL)
h.aio_pread(nbd.Buffer(512), 0)
while not h.get_outage():
    h.poll(-1)
try:
    print('nobody is there', file=sys.stderr)
    h.$call
except KeyboardInterrupt:
    print('interrupted, outage:', h.get_outage() > 0)"
  expect 'interrupted, outage: True' cat "$tmp/out"
done
