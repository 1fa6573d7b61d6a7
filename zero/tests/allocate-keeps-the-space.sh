#!/bin/bash
# SPDX-License-Identifier: MIT
# --allocate asks the server to keep the space; without it the space may go.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin memory filter log

serve unix nbdkit -f --filter=log memory 1M logfile="$tmp/log"
zero/nbdzero -y "nbd+unix://?socket=$sock"
grep -q ' Zero .*may_trim=1' "$tmp/log" \
  || grep -q ' Zero .*trim' "$tmp/log" || fail "$(cat "$tmp/log")"
: >"$tmp/log"
zero/nbdzero -y --allocate "nbd+unix://?socket=$sock"
grep ' Zero ' "$tmp/log" >"$tmp/zero"
! grep -q -E 'may_trim=1|trim' "$tmp/zero" || fail "$(cat "$tmp/zero")"
