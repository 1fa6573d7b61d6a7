#!/bin/bash
# SPDX-License-Identifier: MIT
# One request can have 32 MiB, at an offset above 4 GiB.  The library refuses
# more than 64 MiB.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin pattern

serve unix nbdkit -f pattern 6G
client "connect-unix $sock" "pattern 5000000003 32M" "pattern 0 64M" \
  "fails ERANGE pattern 0 67108865" "pattern 6442450943 1" shutdown
client "structured no" "connect-unix $sock" "pattern 4294967290 32M" shutdown
