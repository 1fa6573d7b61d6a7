#!/bin/bash
# SPDX-License-Identifier: MIT
# As many as -C says, all of them, if the server allows it.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory filter log

for count in 1 3 4; do
  rm -f "$tmp/log"
  serve unix nbdkit -f --exit-with-parent --filter=log memory 8M \
    logfile="$tmp/log"
  arguments=(-C "$count")
  [ "$count" != 4 ] || arguments=()
  start "${arguments[@]}" "$mnt" --unix "$sock"
  dd if="$mnt/nbd" of=/dev/null bs=64k iflag=direct status=none
  unmount
  expect "$count" sh -c \
    "sed -n 's/.*connection=\([0-9]*\) Read.*/\1/p' '$tmp/log' | sort -u | wc -l"
done
