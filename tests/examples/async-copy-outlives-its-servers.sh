#!/bin/bash
# SPDX-License-Identifier: MIT
# async_copy.py, a Python loop that watches one descriptor for each of two
# handles, completes a copy although a server is killed in the middle: in the
# first copy the server that is read, in the second one the server that is
# written.
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
