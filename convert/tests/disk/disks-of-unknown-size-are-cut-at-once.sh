#!/bin/bash
# SPDX-License-Identifier: MIT
# A qcow2 that was made for the largest disk gets its size when that is known,
# without a look at all that is cut off, and is whole for qemu.
. "${srcdir:-.}/tests/lib/convert/helpers.sh"
requires qemu-img

random_file "$tmp/disk" 3000000
"$helpers" create qcow2 "$tmp/new" $((64 << 40))
qemu-img convert -n -f raw -O qcow2 "$tmp/disk" "$tmp/new"
timeout 300 "$helpers" cut 3000000 <>"$tmp/new" \
  || fail "not cut, or not at once"

# Sectors are whole.
qemu-img info "$tmp/new" | grep -F "(3000320 bytes)" || fail "another size"
qemu-img check -q "$tmp/new" || fail "it is damaged"
truncate -s 3000320 "$tmp/disk"
qemu-img compare -q -f raw -F qcow2 "$tmp/disk" "$tmp/new" \
  || fail "it has changed"

# It can be made larger again, and what was cut off stays empty.
qemu-img resize -q -f qcow2 "$tmp/new" 1G
truncate -s 1G "$tmp/disk"
qemu-img check -q "$tmp/new" || fail "it is damaged when it is larger"
qemu-img compare -q -f raw -F qcow2 "$tmp/disk" "$tmp/new" \
  || fail "it has changed when it is larger"

# It is never made larger so, nor is what is no qcow2 changed.
refuses "Invalid argument" "$helpers" cut $((2 << 30)) 0<>"$tmp/new"
cp "$tmp/disk" "$tmp/raw"
refuses "Invalid argument" "$helpers" cut 1000 0<>"$tmp/raw"
cmp "$tmp/disk" "$tmp/raw"
