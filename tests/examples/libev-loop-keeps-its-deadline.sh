#!/bin/bash
# SPDX-License-Identifier: MIT
# libev-loop gets a reply from a server that works, and needs none if there is
# no data.  A server that listens and never replies makes it end at its
# deadline.  If nobody listens, that is an error at once.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
[ -x examples/libev-loop ] || skip "built without libev"
requires_nbdkit plugin memory

serve unix nbdkit -f memory 1M
expect alive examples/libev-loop "nbd+unix://?socket=$sock" 60
serve tcp4 nbdkit -f memory 1M
expect alive examples/libev-loop "nbd://localhost:$port" 60
serve unix nbdkit -f memory 0
expect alive examples/libev-loop "nbd+unix://?socket=$sock" 60

refused ()
{
  if examples/libev-loop "$@" 2>"$tmp/err"; then fail "no error from $*"; fi
}
# cat has the listening socket and accepts no connection.
mkfifo "$tmp/quiet"
serve unix cat "$tmp/quiet"
refused "nbd+unix://?socket=$sock" 0.2
grep -q 'no answer in time' "$tmp/err"

serve unix true
wait "$server"
refused "nbd+unix://?socket=$sock" 60
grep -q 'Connection refused' "$tmp/err"
