#!/bin/bash
# SPDX-License-Identifier: MIT
# /dev/stdin and similar names refer to descriptors of nbdconvert, not to
# those of its helpers.  A descriptor in the middle of a file is read as a
# stream.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img qemu-nbd

make_disk "$tmp/disk" 16
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/disk.qcow2"
for name in /dev/stdin /dev/fd/0 /proc/self/fd/0; do
  for option in --no-scratch --verify; do
    for to in raw vmdk; do
      "$nbdconvert" $option $name "$tmp/d/out.$to" <"$tmp/disk.qcow2"
      same_content "$tmp/d/out.$to" $to "$tmp/disk"
    done
  done
done
nothing_is_left out.raw out.vmdk

for skip in 1 4; do
  { dd bs=1M count=$skip of="$tmp/head" status=none
    "$nbdconvert" --from=raw - "$tmp/d/out.raw"; } <"$tmp/disk"
  cat "$tmp/head" "$tmp/d/out.raw" | cmp - "$tmp/disk"
done

refuses "standard input: it is not open for reading" \
  "$nbdconvert" - "$tmp/d/new" <&-
refuses "standard input: it is not open for reading" \
  "$nbdconvert" - "$tmp/d/new" 0>"$tmp/other"
nothing_is_left out.raw out.vmdk
