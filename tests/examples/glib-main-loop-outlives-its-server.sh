#!/bin/bash
# SPDX-License-Identifier: MIT
# glib-main-loop, which watches one descriptor, gets the reply to its read
# although the server is killed before it has replied.  The server that is
# started after it replies.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
[ -x examples/glib-main-loop ] || skip "built without glib"
requires_outliving

random_file "$tmp/disk" 64K
awaits_read "$tmp/disk" \
  examples/glib-main-loop "nbd+unix://?socket=SOCKET&$stays" >"$tmp/sum"
expect "$(md5sum "$tmp/disk" | cut -d ' ' -f 1)" cat "$tmp/sum"
