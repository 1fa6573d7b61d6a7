#!/bin/bash -
# SPDX-License-Identifier: MIT
# The output is the same, byte by byte, if the server is killed, before it has
# answered or in the middle, and started again.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
requires_outliving

nbddump=$builddir/dump/nbddump
uri="nbd+unix://?socket=SOCKET&$stays"
random_file "$tmp/disk" 16M
"$nbddump" [ nbdkit file "$tmp/disk" ] >"$tmp/want"
over_restart 10 "$tmp/disk" -- "$nbddump" "$uri" >"$tmp/got"
same "$tmp/want" "$tmp/got"
awaits_read "$tmp/disk" "$nbddump" -n 100000 "$uri" >"$tmp/got"
"$nbddump" -n 100000 [ nbdkit file "$tmp/disk" ] >"$tmp/want"
same "$tmp/want" "$tmp/got"
