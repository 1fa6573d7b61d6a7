#!/bin/bash
# SPDX-License-Identifier: MIT
# If standard input is a file, it is read like a file with a name, by other
# programs, too.  But an image there may not refer to other files, because its
# directory is not known.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img qemu-nbd

random_file "$tmp/disk" 1m
for format in qcow2 vmdk vhdx; do
  qemu-img convert -f raw -O $format "$tmp/disk" "$tmp/image"
  "$nbdconvert" --quiet - "$tmp/raw" <"$tmp/image"
  same "$tmp/disk" "$tmp/raw"
  "$nbdconvert" --quiet --to qcow2 --compress - "$tmp/qcow2" <"$tmp/image"
  qemu-img compare -q -f raw -F qcow2 "$tmp/disk" "$tmp/qcow2"
done
qemu-img convert -f raw -O vpc -o subformat=fixed,force_size=on "$tmp/disk" \
  "$tmp/image"
for how in "" "--from vhd"; do
  # shellcheck disable=SC2086
  "$nbdconvert" --quiet $how - "$tmp/raw" <"$tmp/image"
  same "$tmp/disk" "$tmp/raw"
done
"$nbdconvert" --quiet --from vhd - "$tmp/raw" < <(cat "$tmp/image")
same "$tmp/disk" "$tmp/raw"

cd "$tmp"
qemu-img create -q -f qcow2 -b disk -F raw overlay
"$nbdconvert" --quiet overlay raw
same disk raw
refuses 'it has no directory with others' "$nbdconvert" - raw <overlay
