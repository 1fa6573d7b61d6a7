#!/bin/bash
# SPDX-License-Identifier: MIT
# If a destination comes back smaller, or read-only, the copy fails at once, and
# the message says what has changed.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory

random_file "$tmp/in" 8M
sock=$tmp/sock
uri="nbd+unix:///?socket=$sock"
start ()
{
  rm -f "$sock"
  nbdkit -f -U "$sock" "$@" &
  server=$!
  servers+=("$server")
  wait_until test -S "$sock"
}

# changed TEXT ARGUMENT...: the server is started again with these arguments of
# nbdkit, and the copy fails with TEXT.
changed ()
{
  local text=$1 pid status=0
  shift
  start memory 8M
  rm -f "$tmp/progress"
  "$nbdcopy" --rate=2M --request-size=64K --progress=3 \
    --reconnect-timeout=none "$tmp/in" "$uri" \
    3>"$tmp/progress" 2>"$tmp/stderr" &
  pid=$!
  wait_until grep -q '^[1-9]' "$tmp/progress"
  kill -KILL "$server"
  wait "$server" || :
  start "$@"
  wait $pid || status=$?
  [ $status = 1 ] || fail "exit status $status: $(cat "$tmp/stderr")"
  grep -q "$text" "$tmp/stderr" || fail "$(cat "$tmp/stderr")"
  ! grep -q 100/100 "$tmp/progress" || fail "it looks complete"
  kill "$server"
  wait "$server" || :
}

changed '4194304.*8388608\|8388608.*4194304' memory 4M
changed 'read-only' -r memory 8M
