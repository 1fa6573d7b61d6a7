#!/bin/bash
# SPDX-License-Identifier: MIT
# If the destination is too small, the library refuses a write inside a
# callback.  The copy ends with that error, and does not wait forever.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin memory
requires_module

serve unix nbdkit -f memory 2M
source=$sock
serve unix nbdkit -f memory 1M
if ./run "$PYTHON" "$srcdir/examples/async_copy.py" \
     "nbd+unix://?socket=$source" "nbd+unix://?socket=$sock" 2>"$tmp/err"; then
  fail "a refused write went unnoticed"
fi
grep -q 'No space left on device$' "$tmp/err" || fail "$(cat "$tmp/err")"
