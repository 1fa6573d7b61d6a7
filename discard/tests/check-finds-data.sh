#!/bin/bash
# SPDX-License-Identifier: MIT
# --check exits with 0 if all of the range is a hole, else with 1 and a message
# with the offset of the first data.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin data

serve unix nbdkit -f data '@0x8000 "text"' size=1M
uri="nbd+unix://?socket=$sock"
expect '' discard/nbddiscard --check -o 128K "$uri"
expect $'extended headers = false\nblock status = true\nimage is already sparse' \
  discard/nbddiscard --check -v -o 128K "$uri" 2>/dev/null
status=0
discard/nbddiscard --check "$uri" >"$tmp/out" || status=$?
expect 1 echo "$status"
expect 'image has data at offset 32768' cat "$tmp/out"
! discard/nbddiscard --check -q "$uri" >"$tmp/out" || fail "no data was found"
expect '' cat "$tmp/out"
