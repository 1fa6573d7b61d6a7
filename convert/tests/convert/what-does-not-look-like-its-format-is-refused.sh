#!/bin/bash
# SPDX-License-Identifier: MIT
# A source that does not look like the format of --from is not copied to an
# image of that format, which would not be one.  It is the source that is
# named: the destination is not at fault.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img
requires_ability "format qcow2 read write"

random_file "$tmp/disk" 1M
for format in qcow2 vmdk vdi vhdx; do
  refuses "nbdconvert: $tmp/disk: .*qemu-img:" "$nbdconvert" --from=$format "$tmp/disk" \
    "$tmp/d/out.$format"
  [ ! -e "$tmp/d/out.$format" ] || fail "there is an image"
  qemu-img convert -O $format "$tmp/disk" "$tmp/image"
  "$nbdconvert" --from=$format "$tmp/image" "$tmp/d/out.$format"
  cmp "$tmp/image" "$tmp/d/out.$format"
  rm "$tmp/d/out.$format"
done
