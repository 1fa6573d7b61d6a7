#!/bin/bash
# SPDX-License-Identifier: MIT
# If a request fails, the message has its offset and length, and the exit status
# is 1.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin memory filter error

serve unix nbdkit -f --filter=error memory 4G \
  error=ENOSPC error-trim-rate=100%
! discard/nbddiscard -y "nbd+unix://?socket=$sock" 2>"$tmp/error" \
  || fail "no failure was reported"
grep -qx 'nbddiscard: cannot discard 1073741824 bytes at offset [0-9]*: trim: .*: No space left on device' \
  "$tmp/error" || fail "$(cat "$tmp/error")"
