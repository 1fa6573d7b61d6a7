#!/bin/bash
# SPDX-License-Identifier: MIT
# Names with a special meaning for qemu, getopt or a shell are ordinary names
# of sources and destinations, and so are names of the largest length.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img qemu-nbd

make_disk "$tmp/disk" 16
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/disk.qcow2"
mkdir "$tmp/d/to"
cd "$tmp/d"
names=("a b" "a,b" "a,,b=c" "a:b" "json:{}" "nbd:x" "file:y" "fat:rw:z" "a=b"
       "%41" "a'b\"c" 'a\b' $'a\nb' '*?' "--help" "$(printf %0255d 0)"
       "$(printf %0251d 0).vdi")
for name in "${names[@]}"; do
  cp "$tmp/disk.qcow2" "./$name"
  for to in raw qcow2 vmdk; do
    for option in --no-scratch --verify; do
      "$nbdconvert" $option --to=$to -- "$name" "to/$name"
      same_content "$tmp/d/to/$name" $to "$tmp/disk"
    done
  done
  (cd to && "$nbdconvert" --to=qcow2 -- "../$name" "$name")
  same_content "$tmp/d/to/$name" qcow2 "$tmp/disk"
  rm "./$name" "to/$name"
  nothing_is_left to
done
