#!/bin/bash
# SPDX-License-Identifier: MIT
# A signal ends the copy while it waits for the server of the source or of the
# destination: the message says how far the copy came.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin file filter delay

random_file "$tmp/in" 8M
cp "$tmp/in" "$tmp/source"
truncate -s 8M "$tmp/disk"

# interrupted TEXT WHEN ARGUMENT...: when a line of the progress matches WHEN,
# kill the server, and then end the copy.
interrupted ()
{
  local text=$1 when=$2 pid status=0
  shift 2
  rm -f "$tmp/progress" "$tmp/stderr"
  "$nbdcopy" --request-size=64K --progress=3 --reconnect-timeout=none "$@" \
    3>"$tmp/progress" 2>"$tmp/stderr" &
  pid=$!
  wait_until grep -q "$when" "$tmp/progress"
  kill -KILL "$server"
  wait "$server" || :
  wait_until grep -q 'waiting for the server' "$tmp/stderr"
  kill -TERM $pid
  wait $pid || status=$?
  [ $status = 143 ] || fail "exit status $status: $(cat "$tmp/stderr")"
  grep -q "by a signal (Terminated): $text" "$tmp/stderr" \
    || fail "$(cat "$tmp/stderr")"
}

serve_uri nbdkit -f file "$tmp/source"
interrupted 'the copy from offset [0-9]* on is not complete' '^[1-9]' \
  --rate=2M "$uri" "$tmp/out"
serve_uri nbdkit -f file "$tmp/disk"
# Nothing was flushed, so nothing is known to be at the destination.
interrupted 'the copy from offset 0 on is not complete' '^[1-9]' \
  --rate=2M "$tmp/in" "$uri"
