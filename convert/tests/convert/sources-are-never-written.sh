#!/bin/bash
# SPDX-License-Identifier: MIT
# A file cannot be source and destination, by whatever name, also not as
# standard output.  Then it stays as it was.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img

random_file "$tmp/disk" 1m
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/d/image"
cp "$tmp/d/image" "$tmp/before"
ln "$tmp/d/image" "$tmp/hard"
ln -s d/image "$tmp/soft"

# refuses_same SOURCE DESTINATION: standard input and output are the image.
refuses_same ()
{
  # shellcheck disable=SC2016
  refuses "are the same file" \
    bash -c 'exec "$0" --to=raw "$1" "$2" <"$3" 1<>"$3"' \
    "$nbdconvert" "$1" "$2" "$tmp/d/image"
  same "$tmp/before" "$tmp/d/image"
  nothing_is_left image
}
for source in "$tmp/d/image" "$tmp/hard" "$tmp/soft" -; do
  for destination in "$tmp/d/image" "$tmp/hard" "$tmp/soft" -; do
    refuses_same "$source" "$destination"
  done
done
