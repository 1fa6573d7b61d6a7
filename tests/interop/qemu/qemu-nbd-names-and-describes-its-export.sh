#!/bin/bash
# SPDX-License-Identifier: MIT
# The name and the description of qemu-nbd's export (-x, -D) are in the list
# and in option mode.  Another name is refused, and option mode goes on after
# that.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires qemu-nbd qemu-img

random_file "$tmp/raw" 1M
serve unix qemu-nbd -t -e 4 -f raw -x disk -D 'a fine disk' "$tmp/raw"
expect 'export disk|a fine disk' \
  client option-mode "connect-unix $sock" list abort
expect 'disk
a fine disk
1048576' client option-mode full-info "connect-unix $sock" \
  "export nothing" "fails ENOENT info" "fails ENOENT go" \
  "export disk" go canonical-name description size "copy $tmp/out" shutdown
same "$tmp/raw" "$tmp/out"
client "export nothing" "fails ENOENT connect-unix $sock"
expect 1048576 client "connect-uri nbd+unix:///disk?socket=$sock" size
