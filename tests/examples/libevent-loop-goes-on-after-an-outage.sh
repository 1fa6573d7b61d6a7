#!/bin/bash
# SPDX-License-Identifier: MIT
# libevent-loop gets all of its replies although the server is killed and
# started again.  Without a server it ends with an error.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
requires_uris
[ -x examples/libevent-loop ] || skip "built without libevent"
requires_outliving

truncate -s 64K "$tmp/disk"
outlives "$tmp/disk" \
  examples/libevent-loop "nbd+unix://?socket=SOCKET&$stays" 0.01 40 >"$tmp/out"
expect 40 grep -c '^[0-9.]* ms$' "$tmp/out"

if examples/libevent-loop "nbd+unix://?socket=$tmp/none" 1 1 2>"$tmp/err"; then
  fail "nobody can have answered"
fi
grep -q 'No such file' "$tmp/err" || fail "$(cat "$tmp/err")"
