#!/bin/bash
# SPDX-License-Identifier: MIT
# The size of a disk may be so far behind the beginning of an image that it is
# not known before a scratch file was made.  Then the server of the image is
# asked for it, before another image is made of that size or is made smaller.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img qemu-nbd gzip
requires_ability "codec gzip" "format vhdx read"

random_file "$tmp/disk" 3M
qemu-img convert -O vhdx "$tmp/disk" "$tmp/disk.vhdx"
gzip -1 "$tmp/disk.vhdx"
for format in vdi vmdk qcow2; do
  "$nbdconvert" --verify "$tmp/disk.vhdx.gz" "$tmp/d/out.$format"
  same_content "$tmp/d/out.$format" $format "$tmp/disk"
done
refuses "does not fit into 1048576 bytes" \
  "$nbdconvert" --size=1M "$tmp/disk.vhdx.gz" "$tmp/d/out.qcow2"
