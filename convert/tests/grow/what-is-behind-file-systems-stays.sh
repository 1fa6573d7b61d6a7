#!/bin/bash
# SPDX-License-Identifier: MIT
# If a file system grows in a file, the data behind its partition and the
# length of the file stay, although resize2fs would cut the file.
. "${srcdir:-.}/tests/lib/functions.sh"
. "${srcdir:-.}/tests/lib/convert/ext.sh"
file_system=$builddir/convert/tests/grow/file-system
make_files

disk=$tmp/disk
make_ext "$disk" 24M -t ext4
end=$((start + 64 * MiB))
truncate -s "$end" "$disk"
random_file "$tmp/behind" $((3 * MiB))
cat "$tmp/behind" >>"$disk"
"$file_system" grow "$disk" "$start" $((64 * MiB)) >"$tmp/out" 2>&1 \
  || fail "$(cat "$tmp/out")"
expect $((end + 3 * MiB)) stat -c %s "$disk"
cmp -i "$end:0" "$disk" "$tmp/behind" || fail "what is behind it is lost"
ext_is_whole $((64 * MiB))
