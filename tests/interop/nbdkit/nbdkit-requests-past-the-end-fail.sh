#!/bin/bash
# SPDX-License-Identifier: MIT
# Reads past the end fail with EINVAL and writes with ENOSPC, from the library
# or, with strict mode off, from the server.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory

random_file "$tmp/data" 512
serve unix nbdkit -f memory 1M
for strict in 31 0; do
  client "strict $strict" "connect-unix $sock" \
    "fails EINVAL read 1048575 2 $tmp/out" \
    "fails EINVAL read 1M 512 $tmp/out" \
    "fails ENOSPC write 1048575 2 $tmp/data -" \
    "fails ENOSPC zero 1048575 2 -" \
    "read 1048575 1 $tmp/out" "write 1048575 1 $tmp/data -" shutdown \
    2>"$tmp/err" || fail "$(cat "$tmp/err")"
done
