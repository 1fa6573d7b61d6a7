#!/bin/bash
# SPDX-License-Identifier: MIT
# The source ends inside of a block of the destination; the rest of that block
# is kept.  No request is larger than the server allows.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin file filter blocksize-policy

for size in 1 511 4097 100001 1000000; do
  random_file "$tmp/in" $size
  truncate -s $((size / 2)) "$tmp/in"
  truncate -s $size "$tmp/in"
  head -c 1048576 /dev/urandom >"$tmp/out"
  cp "$tmp/out" "$tmp/old"
  serve_uri nbdkit -f --filter=blocksize-policy file "$tmp/out" \
    blocksize-minimum=4096 blocksize-preferred=4096 blocksize-maximum=8192 \
    blocksize-error-policy=error
  for options in "" --synchronous --request-size=1M --sparse=0; do
    # shellcheck disable=SC2086  # none or one
    "$nbdcopy" $options "$tmp/in" "$uri"
    cmp -n $size "$tmp/in" "$tmp/out"
    same_range "$tmp/old" "$tmp/out" $size $((1048576 - size))
  done
  stop_server
done
