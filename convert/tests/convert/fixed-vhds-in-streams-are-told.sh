#!/bin/bash
# SPDX-License-Identifier: MIT
# A fixed VHD is recognized by its end, which comes last in a stream, after
# the image was copied as a raw one.  Then the conversion fails and leaves no
# result.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
[ -x "$nbdconvert" ] || skip "nbdconvert was not built"
requires qemu-img xz

random_file "$tmp/disk" 1M
qemu-img convert -O vpc -o subformat=fixed,force_size=on \
  "$tmp/disk" "$tmp/vhd"
xz -k "$tmp/vhd"

for source in vhd vhd.xz; do
  refuses "its end, which could only be seen now, says that it is a fixed vhd" \
    "$nbdconvert" - "$tmp/out" < <(cat "$tmp/$source")
  [ ! -e "$tmp/out" ]
  "$nbdconvert" --from=vhd - "$tmp/out" < <(cat "$tmp/$source")
  cmp "$tmp/out" "$tmp/disk"
  rm "$tmp/out"
done
"$nbdconvert" --from=raw - "$tmp/out" < <(cat "$tmp/vhd")
cmp "$tmp/out" "$tmp/vhd"
