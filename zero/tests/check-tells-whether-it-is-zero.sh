#!/bin/bash
# SPDX-License-Identifier: MIT
# --check exits with 0 if all of the range reads as zero, else with 1 and a
# message with the offset of data.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin data

serve unix nbdkit -f data '@0x8000 "text"' size=1M
uri="nbd+unix://?socket=$sock"
expect 'extended headers = false
block status = true
image is already zero' zero/nbdzero -c -v -l 32K "$uri" 2>/dev/null
status=0
zero/nbdzero --check "$uri" >"$tmp/out" || status=$?
expect 1 echo "$status"
expect 'image has data at offset 32768' cat "$tmp/out"
