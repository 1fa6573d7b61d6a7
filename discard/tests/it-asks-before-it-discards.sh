#!/bin/bash
# SPDX-License-Identifier: MIT
# Without --yes only the answer y continues; any other answer, or the end of the
# input, cancels, and nothing is discarded.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin memory filter log

serve unix nbdkit -f --filter=log memory 1M logfile="$tmp/log"
uri="nbd+unix://?socket=$sock"
question="Discard bytes 0 to 1048575 of $uri (y/N)? "
for answer in '' n x; do
  ! echo "$answer" | discard/nbddiscard "$uri" >"$tmp/out" \
    || fail "the answer \"$answer\" was taken for yes"
  expect "${question}operation cancelled" cat "$tmp/out"
done
! discard/nbddiscard "$uri" </dev/null >"$tmp/out" || fail "no answer is no"
! grep -q Trim "$tmp/log" || fail "it was discarded all the same"
echo y | discard/nbddiscard "$uri" >"$tmp/out"
expect "$question" cat "$tmp/out"
grep -q Trim "$tmp/log" || fail "it was not discarded"
