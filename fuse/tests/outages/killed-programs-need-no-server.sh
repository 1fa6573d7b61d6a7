#!/bin/bash
# SPDX-License-Identifier: MIT
# Who waits for a server that is away can be killed, and others go on waiting.
. "${srcdir:-.}/tests/lib/mounts/away.sh"
random_file "$tmp/disk" 64M

# killed SIGNAL ARGUMENT...: it ends dd with these arguments.
killed ()
{
  local signal=$1
  shift
  # A shell has its children ignore some signals.
  "$system_python" -c 'import os, signal, sys
for number in signal.SIGINT, signal.SIGQUIT:
    signal.signal(number, signal.SIG_DFL)
os.execvp("dd", sys.argv[1:])' dd "$@" status=none 2>/dev/null &
  # It may not have come so far; then it is ended sooner.
  waits $!
  kill -"$signal" $!
  ! wait $! || fail "dd $* was not ended by $signal"
}

start_away --reconnect-timeout=5m
go
dd if="$mnt/nbd" of="$tmp/read" bs=64k count=1 status=none &
reader=$!
waits "$reader"
# Each is far from what the kernel reads ahead for others.
offset=0
for signal in KILL TERM INT; do
  killed $signal if="$mnt/nbd" of=/dev/null bs=64k skip=$((offset += 64)) count=1 \
    iflag=direct
  killed $signal if=/dev/zero of="$mnt/nbd" bs=64k seek=$((offset += 64)) count=1 \
    conv=notrunc oflag=direct
  # dd handles SIGINT; the kernel then goes on reading through the page cache,
  # and dd closes what it wrote, which waits like fsync.
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
