#!/bin/bash
# SPDX-License-Identifier: MIT
# One descriptor for each of two handles in a loop of Python: the server that is
# read from is killed in the middle of a copy, and the one that is written to in
# another one.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
requires_outliving
requires_module

copy=(./run "$PYTHON" "$srcdir/examples/async_copy.py")
random_file "$tmp/disk" 20000123

truncate -s 20000123 "$tmp/copy"
serve unix nbdkit -f file "$tmp/copy"
outlives "$tmp/disk" \
  "${copy[@]}" "nbd+unix://?socket=SOCKET&$stays" "nbd+unix://?socket=$sock"
same "$tmp/disk" "$tmp/copy"

rm "$tmp/copy"
truncate -s 20000123 "$tmp/copy"
serve unix nbdkit -f -r file "$tmp/disk"
outlives "$tmp/copy" \
  "${copy[@]}" "nbd+unix://?socket=$sock" "nbd+unix://?socket=SOCKET&$stays"
same "$tmp/disk" "$tmp/copy"
