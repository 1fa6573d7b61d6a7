#!/bin/bash
# SPDX-License-Identifier: MIT
# 32 MiB in one request, in the middle of an export of more than 4 GiB; the
# hard limit of 64 MiB is ours to keep.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin pattern

serve unix nbdkit -f pattern 6G
client "connect-unix $sock" "pattern 5000000003 32M" "pattern 0 64M" \
  "fails ERANGE pattern 0 67108865" "pattern 6442450943 1" shutdown
client "structured no" "connect-unix $sock" "pattern 4294967290 32M" shutdown
