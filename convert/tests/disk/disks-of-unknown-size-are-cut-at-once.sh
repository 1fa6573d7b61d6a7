#!/bin/bash
# SPDX-License-Identifier: MIT
# A qcow2 image that was created with the largest size gets its real size at
# the end.  This does not read the part that is cut off, and qemu finds the
# image valid.
. "${srcdir:-.}/tests/lib/convert/helpers.sh"
requires qemu-img

random_file "$tmp/disk" 3000000
"$helpers" create qcow2 "$tmp/new" $((64 << 40))
qemu-img convert -n -f raw -O qcow2 "$tmp/disk" "$tmp/new"
timeout 300 "$helpers" cut 3000000 <>"$tmp/new" \
  || fail "not cut, or not at once"

# The size is rounded up to a sector.
qemu-img info "$tmp/new" | grep -F "(3000320 bytes)" || fail "another size"
qemu-img check -q "$tmp/new" || fail "it is damaged"
truncate -s 3000320 "$tmp/disk"
qemu-img compare -q -f raw -F qcow2 "$tmp/disk" "$tmp/new" \
  || fail "it has changed"

# The image can be made larger again, and the added space is empty.
qemu-img resize -q -f qcow2 "$tmp/new" 1G
truncate -s 1G "$tmp/disk"
qemu-img check -q "$tmp/new" || fail "it is damaged when it is larger"
qemu-img compare -q -f raw -F qcow2 "$tmp/disk" "$tmp/new" \
  || fail "it has changed when it is larger"

# The function neither makes an image larger, nor changes a file that is no
# qcow2 image.
refuses "Invalid argument" "$helpers" cut $((2 << 30)) 0<>"$tmp/new"
cp "$tmp/disk" "$tmp/raw"
refuses "Invalid argument" "$helpers" cut 1000 0<>"$tmp/raw"
cmp "$tmp/disk" "$tmp/raw"
