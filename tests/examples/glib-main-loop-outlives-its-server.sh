#!/bin/bash
# SPDX-License-Identifier: MIT
# One descriptor in the main loop of GLib: the read is answered by the server
# that came after the one it was sent to.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
[ -x examples/glib-main-loop ] || skip "built without glib"
requires_outliving

random_file "$tmp/disk" 64K
awaits_read "$tmp/disk" \
  examples/glib-main-loop "nbd+unix://?socket=SOCKET&$stays" >"$tmp/sum"
expect "$(md5sum "$tmp/disk" | cut -d ' ' -f 1)" cat "$tmp/sum"
