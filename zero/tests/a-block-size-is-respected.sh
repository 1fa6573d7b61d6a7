#!/bin/bash
# SPDX-License-Identifier: MIT
# The server takes whole blocks only.  Blocks of which a part is to be zero are
# read and written, so that exactly the range becomes zero.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin file filter blocksize-policy

random_file "$tmp/disk" 65536
cp "$tmp/disk" "$tmp/before"
serve unix nbdkit -f --filter=blocksize-policy file "$tmp/disk" \
  blocksize-minimum=4k blocksize-error-policy=error
uri="nbd+unix://?socket=$sock"
expect '' zero/nbdzero -y -o 1000 -l 16000 "$uri"
expect '' zero/nbdzero -y -o 33000 -l 100 "$uri"
stop_server
zero_range "$tmp/disk" 1000 16000
zero_range "$tmp/disk" 33000 100
same_range "$tmp/disk" "$tmp/before" 0:0 1000
same_range "$tmp/disk" "$tmp/before" 17000:17000 16000
same_range "$tmp/disk" "$tmp/before" 33100:33100 32436
