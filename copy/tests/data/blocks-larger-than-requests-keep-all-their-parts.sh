#!/bin/bash
# SPDX-License-Identifier: MIT
# A source that sends no more than 4 KiB at once, and a destination that takes
# only blocks of 64 KiB: each block is read and written again for its parts,
# and no part is lost to another connection.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory plugin file filter blocksize-policy

random_file "$tmp/in" 4M
serve_uri nbdkit -f -r --filter=blocksize-policy file "$tmp/in" \
  blocksize-minimum=1 blocksize-preferred=4K blocksize-maximum=4K
from=$uri
serve_uri nbdkit -f --filter=blocksize-policy memory 4M \
  blocksize-error-policy=error blocksize-minimum=64K \
  blocksize-preferred=64K blocksize-maximum=32M
for options in "" "-C 4 -T 4" --synchronous --no-extents; do
  # shellcheck disable=SC2086  # several options
  "$nbdcopy" $options "$from" "$uri"
  "$nbdcopy" "$uri" "$tmp/out"
  same "$tmp/in" "$tmp/out"
done
