#!/bin/bash
# SPDX-License-Identifier: MIT
# After Ctrl-C and other signals nbdcopy prints a message with the offset and no
# 100%, leaves no server behind, and dies of the same signal.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin pattern

export TMPDIR=$tmp
mkfifo "$tmp/fifo"
for signal in INT TERM HUP QUIT; do
  # bash starts background jobs with SIGINT and SIGQUIT ignored.
  "$system_python" -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$nbdcopy" --progress=3 \
    -- [ nbdkit --exit-with-parent -P "$tmp/pid" pattern 1G ] "$tmp/fifo" \
    2>"$tmp/stderr" 3>"$tmp/progress" &
  pid=$!
  status=0
  exec 4<"$tmp/fifo"
  head -c 1000000 <&4 >/dev/null
  kill -$signal $pid
  wait $pid || status=$?
  exec 4<&-
  [ "$(kill -l "$status")" = $signal ] || fail "SIG$signal: status $status"
  grep -q 'interrupted by a signal (.*): the copy from offset [0-9]* on' \
    "$tmp/stderr" || fail "$(cat "$tmp/stderr")"
  ! grep -q 100/100 "$tmp/progress" || fail "it looks complete"
  ! kill -0 "$(cat "$tmp/pid")" 2>/dev/null || fail "the server still runs"
done
