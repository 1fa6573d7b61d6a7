#!/bin/bash
# SPDX-License-Identifier: MIT
# --format-option holds even if the source has the format already, and if the
# size of the disk is only known at its end.  What would make several files is
# refused.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img qemu-nbd gzip
requires_ability "codec gzip" "format qcow2 read write"

# clusters SIZE FILE: the clusters of the image have this size.
clusters ()
{
  qemu-img info "$2" | grep -q "cluster_size: $1\$" \
    || fail "$2: $(qemu-img info "$2")"
}

random_file "$tmp/disk" 3M
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/disk.qcow2"
gzip -1 -k "$tmp/disk"
for source in disk disk.qcow2 disk.gz; do
  "$nbdconvert" --format-option=cluster_size=4k "$tmp/$source" \
    "$tmp/d/out.qcow2"
  clusters 4096 "$tmp/d/out.qcow2"
  same_content "$tmp/d/out.qcow2" qcow2 "$tmp/disk"
  "$nbdconvert" --format-option=preallocation=full "$tmp/$source" \
    "$tmp/d/out.qcow2"
  same_content "$tmp/d/out.qcow2" qcow2 "$tmp/disk"
done

# Without a scratch file the size has to be given.
refuses "the size of the disk, which qcow2 needs from the beginning" \
  "$nbdconvert" --no-scratch --format-option=cluster_size=4k \
  "$tmp/disk.gz" "$tmp/d/out.qcow2"
"$nbdconvert" --no-scratch --format-option=cluster_size=4k --size=3M \
  "$tmp/disk.gz" "$tmp/d/out.qcow2"
clusters 4096 "$tmp/d/out.qcow2"
# Other options need no size.
"$nbdconvert" --no-scratch --format-option=lazy_refcounts=on "$tmp/disk.gz" \
  "$tmp/d/out.qcow2"
qemu-img info "$tmp/d/out.qcow2" | grep -q "lazy refcounts: true" \
  || fail "the option was ignored"

for kind in monolithicFlat twoGbMaxExtentFlat twoGbMaxExtentSparse; do
  refuses "such an image has several files" \
    "$nbdconvert" --format-option=subformat=$kind "$tmp/disk" "$tmp/d/out.vmdk"
done
nothing_is_left out.qcow2
