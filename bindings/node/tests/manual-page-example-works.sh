#!/bin/bash
# SPDX-License-Identifier: MIT
# The example of the manual page shows the size, the first bytes and the map.
. "${srcdir:-.}/tests/lib/functions.sh"
[ -z "${LIBNBD_SANITIZERS-}" ] \
  || skip "node does not load a library that has sanitizers"
requires nbdkit

sed -n '/^\.SH EXAMPLE/,/^\.EE/p' "$srcdir/bindings/node/libnbd-node.3" \
  | grep -v '^\.' >"$tmp/example.js"
nbdkit -U - data 'data=1 2 @32768 3' size=1M \
  --run "node $tmp/example.js \"\$uri\"" >"$tmp/shown"
expect '1048576 <Buffer 01 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00>
0 65536 allocated
65536 983040 hole' cat "$tmp/shown"
