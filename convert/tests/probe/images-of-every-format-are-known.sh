#!/bin/bash
# SPDX-License-Identifier: MIT
# Images of each format, made by qemu-img, are recognized by their content,
# whatever their names are, with the size of the disk, and if possible with
# the allocated amount.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-img jq

probe=$builddir/convert/tests/probe/probe
size=$((30 << 20))
truncate -s $size "$tmp/raw"
random_file "$tmp/data" 3000000
dd if="$tmp/data" of="$tmp/raw" conv=notrunc bs=64k seek=100 2>"$tmp/dd"

# virtual_size DRIVER FILE: print the size that qemu finds.
virtual_size ()
{
  qemu-img info --output=json -f "$1" "$2" | jq '.["virtual-size"]'
}

# known FORMAT DRIVER OPTIONS REST: an image that is made with these options
# is recognized, and REST is printed.
known ()
{
  local image=$tmp/image.raw
  rm -f "$tmp"/image*
  # shellcheck disable=SC2086
  qemu-img convert -f raw -O "$2" $3 "$tmp/raw" "$image" 2>"$tmp/why" \
    || skip "this qemu-img makes no $2 $3: $(cat "$tmp/why")"
  expect "$1 $(virtual_size "$2" "$image") $4" "$probe" "$image"
}

# The 3000000 bytes are 46 clusters of 64 KiB, or 4 MiB in larger units.
known qcow2 qcow2 "" 3014656
known qcow2 qcow2 "-o compat=0.10" 3014656
known qcow2 qcow2 "-o cluster_size=2M" 4194304
known qcow2 qcow2 "-o cluster_size=512" - # too many tables
known qcow2 qcow2 "-o extended_l2=on" 3002368
known qcow2 qcow2 "-c" 3014656 # random data is not compressed
cp "$tmp/raw" "$tmp/random"
truncate -s 6M "$tmp/raw"
seq 400000 >>"$tmp/raw" # 2688895 bytes, or 42 clusters
truncate -s $size "$tmp/raw"
known qcow2 qcow2 "-c" "2752512 compressed"
known qcow2 qcow2 "-c -o compression_type=zstd" "2752512 compressed"
mv "$tmp/random" "$tmp/raw"
known qcow2 qcow2 "-o data_file=$tmp/image.data,data_file_raw=off" \
  "3014656 refers"
known qcow qcow "" -
known qed qed "" -
known vdi vdi "" 4194304
known vdi vdi "-o static=on" $size
known vhdx vhdx "" -
known vhdx vhdx "-o subformat=fixed" -
known vhd vpc "" -
known vhd vpc "-o force_size=on" -
known vhd vpc "-o subformat=fixed" -
known vhd vpc "-o subformat=fixed,force_size=on" -
known parallels parallels "" -
known vmdk vmdk "" -
known vmdk vmdk "-o subformat=streamOptimized" "- compressed"
known vmdk vmdk "-o subformat=monolithicFlat" "- refers"
known vmdk vmdk "-o subformat=twoGbMaxExtentSparse" "- refers"
known vmdk vmdk "-o subformat=twoGbMaxExtentFlat" "- refers"
expect "raw $size -" "$probe" "$tmp/raw"
expect "raw 0 -" "$probe" /dev/null

# Empty and completely allocated images.
qemu-img create -q -f qcow2 "$tmp/full" 200G
expect "qcow2 $((200 << 30)) 0" "$probe" "$tmp/full"
qemu-img create -q -f qcow2 -o preallocation=metadata "$tmp/full" 10G
expect "qcow2 $((10 << 30)) $((10 << 30))" "$probe" "$tmp/full"

# In a stream, too, except for formats that are recognized by their end.
qemu-img convert -f raw -O qcow2 "$tmp/raw" "$tmp/image"
expect "qcow2 $size -" "$probe" stream "$tmp/image"
qemu-img convert -f raw -O vpc -o subformat=fixed "$tmp/raw" "$tmp/image"
expect "raw - - end-unseen" "$probe" stream "$tmp/image"
qemu-img convert -f raw -O vhdx "$tmp/raw" "$tmp/image"
expect "vhdx - -" "$probe" stream "$tmp/image"

# Compression is recognized first.
for program in xz gzip bzip2 zstd; do
  command -v $program >/dev/null || continue
  $program -c "$tmp/image" >"$tmp/packed"
  expect "$program" "$probe" "$tmp/packed"
done
