#!/bin/bash
# SPDX-License-Identifier: MIT
# Of an image in a pipe or a compressed file the end is only seen when all was
# read.  If it is missing, as after a download that failed, there is no result,
# whether the image is converted or copied as it is.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img gzip
requires_ability "codec gzip" "format qcow2 read write"

random_file "$tmp/disk" 3M
for format in qcow2 vdi vmdk; do
  qemu-img convert -O $format "$tmp/disk" "$tmp/image"
  for cut in 1 100000; do
    head -c -$cut "$tmp/image" >"$tmp/cut"
    gzip -1 -c "$tmp/cut" >"$tmp/cut.gz"
    for to in raw $format; do
      refuses "this is a $format image, but its end is missing" \
        bash -c "'$nbdconvert' - '$tmp/d/out.$to' < <(cat '$tmp/cut')"
      refuses "this is a $format image, but its end is missing" \
        "$nbdconvert" "$tmp/cut.gz" "$tmp/d/out.$to"
      nothing_is_left
    done
  done
  "$nbdconvert" - "$tmp/d/out.$format" < <(cat "$tmp/image")
  nothing_is_left "out.$format"
  same_content "$tmp/d/out.$format" $format "$tmp/disk"
  rm "$tmp/d/out.$format"
done
