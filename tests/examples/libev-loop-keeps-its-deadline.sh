#!/bin/bash
# SPDX-License-Identifier: MIT
# A live server answers; one that listens but never speaks runs into the
# deadline; one that goes away is an error at once.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
[ -x examples/libev-loop ] || skip "built without libev"
requires_nbdkit plugin memory

serve unix nbdkit -f memory 1M
expect alive examples/libev-loop "nbd+unix://?socket=$sock" 60
serve tcp4 nbdkit -f memory 1M
expect alive examples/libev-loop "nbd://localhost:$port" 60

refused ()
{
  if examples/libev-loop "$@" 2>"$tmp/err"; then fail "no error from $*"; fi
}
# cat holds the listening socket and accepts nothing.
mkfifo "$tmp/quiet"
serve unix cat "$tmp/quiet"
refused "nbd+unix://?socket=$sock" 0.2
grep -q 'no answer in time' "$tmp/err"

serve unix true
wait "$server"
refused "nbd+unix://?socket=$sock" 60
grep -q 'Connection refused' "$tmp/err"
