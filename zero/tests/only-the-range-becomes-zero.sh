#!/bin/bash
# SPDX-License-Identifier: MIT
# The range reads as zeroes afterwards; all other data stays.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin file

random_file "$tmp/disk" 1048576
cp "$tmp/disk" "$tmp/before"
expect '' zero/nbdzero -y -o 100000 -l 300000 -- \
  [ nbdkit file "$tmp/disk" ]
zero_range "$tmp/disk" 100000 300000
same_range "$tmp/disk" "$tmp/before" 0:0 100000
same_range "$tmp/disk" "$tmp/before" 400000:400000 648576
