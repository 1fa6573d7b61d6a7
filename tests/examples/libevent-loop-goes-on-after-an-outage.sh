#!/bin/bash
# SPDX-License-Identifier: MIT
# libevent-loop counts all of its replies although the server is killed and
# started again, also those to requests that were sent before the outage.
# Without a server it ends with an error.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
requires_uris
[ -x examples/libevent-loop ] || skip "built without libevent"
requires_outliving

truncate -s 64K "$tmp/disk"
outlives "$tmp/disk" \
  examples/libevent-loop "nbd+unix://?socket=SOCKET&$stays" 0.01 40 >"$tmp/out"
expect 40 grep -c '^[0-9.]* ms$' "$tmp/out"
# The server that is killed replies to nothing.
awaits_read "$tmp/disk" \
  examples/libevent-loop "nbd+unix://?socket=SOCKET&$stays" 0.01 40 >"$tmp/late"
expect 40 grep -c '^[0-9.]* ms$' "$tmp/late"

if examples/libevent-loop "nbd+unix://?socket=$tmp/none" 1 1 2>"$tmp/err"; then
  fail "nobody can have answered"
fi
grep -q 'No such file' "$tmp/err" || fail "$(cat "$tmp/err")"
