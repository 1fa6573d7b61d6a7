#!/bin/bash -
# SPDX-License-Identifier: MIT
# Exactly the range becomes zero, though the server is killed, at the beginning
# or in the middle, and started again.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
requires_outliving

# No request is longer than this.
piece=$((1 << 30))

# zeroed COUNT DELAY: the server is killed after COUNT requests, each of which
# takes DELAY.
zeroed ()
{
  rm -f "$tmp/disk"
  truncate -s $((6 * piece)) "$tmp/disk"
  for i in 0 1 2 3 4 5; do
    dd if="$tmp/data" of="$tmp/disk" bs=1M seek=$((i * 1024)) conv=notrunc status=none
  done
  over_restart "$1" "$tmp/disk" --filter=delay delay-zero="$2" -- \
    zero/nbdzero -y -o 100 -l $((5 * piece)) "nbd+unix://?socket=SOCKET&$stays"
  same_range "$tmp/disk" "$tmp/data" 0:0 100
  zero_range "$tmp/disk" 100 1M
  for i in 1 2 3 4; do
    zero_range "$tmp/disk" $((i * piece)) 1M
  done
  zero_range "$tmp/disk" $((5 * piece)) 100
  same_range "$tmp/disk" "$tmp/data" $((5 * piece + 100)):100 $((1048576 - 100))
}

random_file "$tmp/data" 1M
zeroed 1 3600
zeroed 3 200ms
