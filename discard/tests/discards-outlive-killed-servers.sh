#!/bin/bash -
# SPDX-License-Identifier: MIT
# Exactly the range is discarded, though the server is killed before it has done
# that, and started again.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
requires_outliving

random_file "$tmp/disk" 4M
cp "$tmp/disk" "$tmp/before"
over_restart 1 "$tmp/disk" --filter=delay delay-trim=3600 -- \
  discard/nbddiscard -y -o 1M -l 2M "nbd+unix://?socket=SOCKET&$stays"
zero_range "$tmp/disk" 1M 2M
same_range "$tmp/disk" "$tmp/before" 0:0 1M
same_range "$tmp/disk" "$tmp/before" 3M:3M 1M
