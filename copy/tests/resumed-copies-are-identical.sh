#!/bin/bash
# SPDX-License-Identifier: MIT
# kill -9 at random moments, and --resume until it is done: the copy is the
# source.  In make check-long 200 kills.
. "${srcdir:-.}/copy/tests/functions.sh"
requires qemu-nbd

size=$((24 << 20))
random_file "$tmp/in" $size
for at in 2 9 17; do
  dd if=/dev/zero of="$tmp/in" bs=1M seek=$at count=2 conv=notrunc status=none
done
truncate -s $size "$tmp/out-nbd"
serve_uri qemu-nbd -r -t -e 8 -f raw "$tmp/in"
from=$uri
serve_uri qemu-nbd -t -e 8 -f raw "$tmp/out-nbd"
to=$uri

kills=0
runs=12
[ -z "${CHECK_LONG-}" ] || runs=200
runs=${RUNS:-$runs}
# once FROM TO RESULT: killed a few times, then left alone.
once ()
{
  local pid left=$((1 + RANDOM % 4)) status
  rm -f "$tmp/journal"
  while [ $left -gt 0 ]; do
    "$nbdcopy" --resume="$tmp/journal" --checkpoint=256k --rate=120M \
      --request-size=64k "$1" "$2" &
    pid=$!
    # Somewhere between the first instructions and the end.
    "$system_python" -c 'import random, time
time.sleep(random.random() * 0.3)'
    kill -9 $pid 2>/dev/null || :
    status=0
    wait $pid 2>/dev/null || status=$?
    [ $status = 0 ] || [ $status = 137 ] || fail "exit status $status"
    kills=$((kills + 1))
    left=$((left - 1))
    # Done before it was killed: the journal is gone.
    [ $status != 0 ] || break
  done
  "$nbdcopy" --resume="$tmp/journal" "$1" "$2"
  [ ! -e "$tmp/journal" ] || fail "the journal is still there"
  same "$tmp/in" "$3"
}

while [ $kills -lt "$runs" ]; do
  random_file "$tmp/out" $size
  once "$tmp/in" "$tmp/out" "$tmp/out"
  head -c $size /dev/urandom | dd of="$tmp/out-nbd" conv=notrunc status=none
  once "$from" "$to" "$tmp/out-nbd"
done
