#!/bin/bash
# SPDX-License-Identifier: MIT
# If a range does not consist of whole blocks of the server, only its whole
# blocks are discarded, and a warning says so.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin memory filter log filter blocksize-policy

serve unix nbdkit -f --filter=log --filter=blocksize-policy memory 1M \
  blocksize-minimum=4k logfile="$tmp/log"
expect "warning: the server's blocks have 4096 bytes: only bytes 4096 up to \
16384 are discarded" \
  discard/nbddiscard -y -o 1000 -l 16000 "nbd+unix://?socket=$sock"
grep 'Trim.*count=' "$tmp/log" >"$tmp/trims"
expect 1 grep -c . "$tmp/trims"
grep -q 'offset=0x1000 count=0x3000' "$tmp/trims" || fail "$(cat "$tmp/trims")"
