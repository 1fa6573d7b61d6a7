#!/bin/bash
# SPDX-License-Identifier: MIT
# --size appends zeroes to standard output.  But what was written there cannot
# be changed, so a disk with a GPT is refused.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
[ -x "$nbdconvert" ] || skip "nbdconvert was not built"
requires sfdisk

random_file "$tmp/plain" 1M
cp "$tmp/plain" "$tmp/larger"
truncate -s 3M "$tmp/larger"
"$nbdconvert" --size=3M "$tmp/plain" - | cmp - "$tmp/larger"
"$nbdconvert" --size=3M - - <"$tmp/plain" | cmp - "$tmp/larger"

# Standard output may be a file, with something before the disk and behind it.
"$nbdconvert" --size=3M "$tmp/plain" - >"$tmp/file"
cmp "$tmp/file" "$tmp/larger"
[ "$(stat -c %b "$tmp/file")" -lt $((2 << 20 >> 9)) ] \
  || fail "the zeroes are no hole"
(
  "$nbdconvert" --size=3M "$tmp/plain" -
  "$nbdconvert" "$tmp/plain" -
) >"$tmp/file"
cat "$tmp/larger" "$tmp/plain" | cmp - "$tmp/file"
"$nbdconvert" --size=3M "$tmp/plain" - >>"$tmp/file"
cat "$tmp/larger" "$tmp/plain" "$tmp/larger" | cmp - "$tmp/file"

truncate -s 8M "$tmp/disk"
echo 'label: gpt' | sfdisk -q "$tmp/disk"
for source in "$tmp/disk" -; do
  refuses "a partition table that follows the new size cannot be reached" \
    "$nbdconvert" --size=16M "$source" - <"$tmp/disk"
done
cp "$tmp/disk" "$tmp/same"
"$nbdconvert" - - <"$tmp/disk" | cmp - "$tmp/same"
