#!/bin/bash -
# SPDX-License-Identifier: MIT
# A server that does not answer holds up neither connecting, nor negotiating,
# nor a command; after a command the handle can be used on.
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
  # bash lets background jobs ignore SIGINT.
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

# This one accepts nobody.
serve unix sleep infinity
interrupt 130 'nbd_poll2: enter' -u "nbd+unix:///?socket=$sock"
interrupt 0 'nbd_poll2: enter' -c "
try:
    h.connect_unix('$sock')
except KeyboardInterrupt:
    print('interrupted')"
expect interrupted cat "$tmp/out"

serve unix nbdkit -f --filter=delay memory 1M delay-open=1000
interrupt 0 'nbd_opt_info: enter' --opt-mode -u "nbd+unix:///?socket=$sock" -c "
try:
    h.opt_info()
except KeyboardInterrupt:
    print('interrupted')"
expect interrupted cat "$tmp/out"

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
