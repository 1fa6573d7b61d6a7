#!/bin/bash
# SPDX-License-Identifier: MIT
# If a server is stopped for longer than --stall-timeout, the copy gives up the
# connection, waits for the server, and continues when the server does.  Without
# --reconnect-timeout the copy fails.
. "${srcdir:-.}/tests/lib/copy.sh"
requires qemu-nbd
requires_nbdkit plugin file filter delay

random_file "$tmp/in" 4M
cp "$tmp/in" "$tmp/source"
truncate -s 4M "$tmp/disk"

# stopped SOURCE DESTINATION: copy; send the server SIGSTOP when a part is
# copied, and SIGCONT when the copy says that it waits.
stopped ()
{
  local pid
  rm -f "$tmp/progress"
  "$nbdcopy" --rate=2M --request-size=64K --flush --progress=3 \
    --stall-timeout=300ms --reconnect-timeout=2m "$1" "$2" \
    3>"$tmp/progress" 2>"$tmp/stderr" &
  pid=$!
  wait_until grep -q '^[1-9]' "$tmp/progress"
  kill -STOP "$server"
  wait_until grep -q 'waiting for the server' "$tmp/stderr"
  kill -CONT "$server"
  wait $pid || fail "$(cat "$tmp/stderr")"
  grep -q 'neither sent nor taken a byte for 0.3 s.*is open again' \
    "$tmp/stderr" || fail "$(cat "$tmp/stderr")"
}

# This uses qemu-nbd, since nbdkit may fail an assertion when clients
# disconnect.
serve_uri qemu-nbd -t -e 16 -f raw "$tmp/source"
stopped "$uri" "$tmp/out"
same "$tmp/in" "$tmp/out"
serve_uri qemu-nbd -t -e 16 -f raw "$tmp/disk"
stopped "$tmp/in" "$uri"
same "$tmp/in" "$tmp/disk"

serve_uri nbdkit -f --filter=delay file "$tmp/source" rdelay=60
refuses 'for 0.3 s with' "$nbdcopy" --stall-timeout=300ms "$uri" null:
