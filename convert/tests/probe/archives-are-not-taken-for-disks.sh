#!/bin/bash
# SPDX-License-Identifier: MIT
# An archive, what a compressor that we do not know has made, and a page of a
# web site are no raw disks; --from raw copies them.  What has a partition
# table and the like is a disk.
. "${srcdir:-.}/tests/lib/functions.sh"
probe=$builddir/convert/tests/probe/probe

# refused NAME
refused ()
{
  for mode in "" stream; do
    # shellcheck disable=SC2086
    ! "$probe" $mode "$tmp/file" >"$tmp/said" || fail "$1 was accepted"
    grep -q "refused: this is no disk but .*$1.*--from raw copies" \
      "$tmp/said" || fail "$1: $(cat "$tmp/said")"
  done
  "$probe" from raw "$tmp/file" >"$tmp/said" || fail "$1: $(cat "$tmp/said")"
}

random_file "$tmp/disk" 100000
tar -C "$tmp" -cf "$tmp/file" disk
refused "tar archive, as an OVA is"
python3 -c 'import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as z:
    z.write(sys.argv[2])' "$tmp/file" "$tmp/disk"
refused "zip archive"
if command -v lz4 >"$tmp/where"; then
  lz4 -q -f "$tmp/disk" "$tmp/file"
  refused lz4
fi
# LZMA alone has no magic number.
if command -v xz >"$tmp/where"; then
  for level in 0 6 9; do
    xz -$level --format=lzma -c "$tmp/disk" >"$tmp/file"
    refused "file that lzma packed"
  done
fi
# With a size, as the program lzma of the SDK writes.
printf ']\0\0\200\0\240\206\1\0\0\0\0\0\0' | cat - "$tmp/disk" >"$tmp/file"
refused "file that lzma packed"
# Sizes that no such program writes, or what cannot follow them.
for head in ']\0\0\200\0' ']\0\0\200\3\240\206\1\0\0\0\0\0\0' \
  ']\0\0\200\0\240\206\1\0\0\0\0\1\0' ']\0\0\200\0\240\206\1\0\0\0\0\0\1' \
  '\135\0\0\0\0\0\0\1\0\0\0\0\0\0'; do
  # shellcheck disable=SC2059
  { printf "$head"; head -c 1000 /dev/zero; } >"$tmp/file"
  "$probe" "$tmp/file" >"$tmp/said" || fail "$head: $(cat "$tmp/said")"
done
printf '7z\274\257\047\034' >"$tmp/file"
refused "7z archive"
printf '<!doctype HTML><title>404</title>' >"$tmp/file"
refused "page of a web site"
printf '\2!L\30' | cat - "$tmp/disk" >"$tmp/file"
refused "file that lz4 packed"
printf 'VMA\0' | cat - "$tmp/disk" >"$tmp/file"
refused "Proxmox"
printf '\072\377\046\355' | cat - "$tmp/disk" >"$tmp/file"
refused "Android"

# The header of a dmg is its last sector, which a stream does not show.
cp "$tmp/disk" "$tmp/file"
printf koly | cat - <(head -c 508 /dev/zero) >>"$tmp/file"
! "$probe" "$tmp/file" >"$tmp/said" || fail "a dmg was accepted"
grep -q "Apple disk image" "$tmp/said" || fail "dmg: $(cat "$tmp/said")"

for file in /dev/null "$tmp/disk"; do
  "$probe" "$file" >"$tmp/said" || fail "$file: $(cat "$tmp/said")"
done
