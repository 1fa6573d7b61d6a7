#!/bin/bash
# SPDX-License-Identifier: MIT
# A write to a read-only export fails with EPERM, from the library or, with
# strict mode off, from the server.  Trim and zero fail, too: the server does
# not advertise them.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory

random_file "$tmp/data" 512
serve unix nbdkit -f -r memory 1M
for strict in 31 0; do
  client "strict $strict" "connect-unix $sock" \
    "fails EPERM write 0 512 $tmp/data -" "fails any trim 0 512 -" \
    "fails any zero 0 512 -" "read 0 512 $tmp/out" shutdown
done
client "connect-unix $sock" flags | grep -qw read-only
