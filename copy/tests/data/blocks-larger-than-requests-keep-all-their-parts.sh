#!/bin/bash
# SPDX-License-Identifier: MIT
# The source sends no more than 4 KiB in one reply, and the destination takes
# only blocks of 64 KiB.  So for each part its block is read and written again,
# and no part is overwritten by another connection.
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
