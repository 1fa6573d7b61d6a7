#!/bin/bash
# SPDX-License-Identifier: MIT
# Programs that wait for a server in an outage can be killed, while others
# continue to wait.
. "${srcdir:-.}/tests/lib/mounts/away.sh"
random_file "$tmp/disk" 64M

# killed SIGNAL ARGUMENT...: the signal ends dd with these arguments.
killed ()
{
  local signal=$1
  shift
  # bash starts background jobs with some signals ignored.
  "$system_python" -c 'import os, signal, sys
for number in signal.SIGINT, signal.SIGQUIT:
    signal.signal(number, signal.SIG_DFL)
os.execvp("dd", sys.argv[1:])' dd "$@" status=none 2>/dev/null &
  # Wait until dd waits for the server, or has ended.
  waits $!
  kill -"$signal" $!
  ! wait $! || fail "dd $* was not ended by $signal"
}

start_away --reconnect-timeout=5m
go
dd if="$mnt/nbd" of="$tmp/read" bs=64k count=1 status=none &
reader=$!
waits "$reader"
# The offsets are so far apart that read-ahead does not overlap.
offset=0
for signal in KILL TERM INT; do
  killed $signal if="$mnt/nbd" of=/dev/null bs=64k skip=$((offset += 64)) count=1 \
    iflag=direct
  killed $signal if=/dev/zero of="$mnt/nbd" bs=64k seek=$((offset += 64)) count=1 \
    conv=notrunc oflag=direct
  # dd handles SIGINT: the kernel then continues to read through the page cache,
  # and dd closes the file that it wrote, which waits like fsync.
  [ "$signal" != INT ] || continue
  killed $signal if="$mnt/nbd" of=/dev/null bs=64k skip=$((offset += 64)) count=1
  killed $signal if=/dev/zero of="$mnt/nbd" bs=64k seek=$((offset += 64)) count=1 \
    conv=notrunc,fsync
done
come
wait "$reader" || fail "the reader that was not killed has failed"
cmp -n 65536 "$tmp/read" "$tmp/disk"
same "$tmp/disk" "$mnt/nbd"
unmount
