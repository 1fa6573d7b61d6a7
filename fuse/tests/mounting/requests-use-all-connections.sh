#!/bin/bash
# SPDX-License-Identifier: MIT
# Requests use all connections that -C allows, if the server supports several
# and there is enough to do.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory filter delay filter log

for count in 1 3 4 7; do
  rm -f "$tmp/log"
  serve unix nbdkit -f --exit-with-parent --filter=log --filter=delay memory 8M \
    rdelay=50ms logfile="$tmp/log"
  arguments=(-C "$count")
  [ "$count" != 4 ] || arguments=()
  start "${arguments[@]}" "$mnt" --unix "$sock"
  many_read "$mnt/nbd" 64 8
  unmount
  expect "$count" sh -c \
    "sed -n 's/.*connection=\([0-9]*\) Read.*/\1/p' '$tmp/log' | sort -u | wc -l"
done

# -C accepts more than the library's maximum.
start -C 1024 "$mnt" --unix "$sock"
unmount
