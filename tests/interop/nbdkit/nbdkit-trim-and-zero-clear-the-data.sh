#!/bin/bash
# SPDX-License-Identifier: MIT
# Ranges that were trimmed or zeroed read as zeroes, and their neighbours are
# unchanged.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory

random_file "$tmp/data" 1M
serve unix nbdkit -f memory 1M
client "connect-unix $sock" "write 0 1M $tmp/data -" \
  "trim 128K 64K -" "zero 256K 64K -" "zero 384K 64K h" "zero 512K 1 f" \
  "copy $tmp/out" shutdown
for start in 128 256 384; do
  zero_range "$tmp/out" $((start * 1024)) 65536
  same_range "$tmp/data" "$tmp/out" $(((start + 64) * 1024)) 65536
done
zero_range "$tmp/out" 524288 1
same_range "$tmp/data" "$tmp/out" 524289 $((1048576 - 524289))
