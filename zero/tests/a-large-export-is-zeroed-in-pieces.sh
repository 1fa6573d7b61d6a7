#!/bin/bash
# SPDX-License-Identifier: MIT
# Without extended headers no request is longer than 1 GiB.  Together they cover
# the whole export, and a flush follows them.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin memory filter log

serve unix nbdkit -f --filter=log memory 5632M logfile="$tmp/log"
expect '' zero/nbdzero --yes "nbd+unix://?socket=$sock"
sed -n 's/.* Zero .*offset=\(0x[0-9a-f]*\) count=\(0x[0-9a-f]*\).*/\1 \2/p' \
  "$tmp/log" | while read -r offset count; do
    echo $((offset)) $((count))
  done | sort -n >"$tmp/pieces"
expect 6 grep -c . "$tmp/pieces"
expect 5905580032 awk '$1 != end { exit 1 } $2 > 2^30 { exit 1 }
  { end = $1 + $2 } END { printf "%.0f", end }' "$tmp/pieces"
grep -E ' (Zero|Flush) ' "$tmp/log" | tail -n 1 | grep -q Flush \
  || fail "the flush is missing"
