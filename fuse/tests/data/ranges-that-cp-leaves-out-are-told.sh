#!/bin/bash
# SPDX-License-Identifier: MIT
# cp leaves out holes of a sparse file, as it has emptied the file to which it
# copies.  Here O_TRUNC changes nothing, so the copy would be wrong.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory

random_file "$tmp/old" 4M
random_file "$tmp/new" 64K
# A hole in the middle, and one at the end, too.
cp "$tmp/new" "$tmp/middle"
dd if="$tmp/new" of="$tmp/middle" bs=1M seek=3 conv=notrunc status=none
truncate -s 3M "$tmp/middle"
dd if="$tmp/new" of="$tmp/middle" bs=64K seek=63 conv=notrunc status=none
cp "$tmp/new" "$tmp/end"
truncate -s 4M "$tmp/end"
[ "$(stat -c %b "$tmp/end")" -lt 1024 ] || skip "$tmp has no sparse files"

# copy FILE OPTION...: copy it over old data.
copy ()
{
  cat "$tmp/old" >"$mnt/nbd"
  cmp "$tmp/old" "$mnt/nbd"
  : >"$tmp/err"
  cp "${@:2}" "$tmp/$1" "$mnt/nbd"
}

start "$mnt" [ nbdkit memory 4M ]

# With all of the file, or when cp says where holes are, it is right.
for file in old middle end; do
  for mode in never always; do
    copy "$file" --sparse=$mode
    cmp "$tmp/$file" "$mnt/nbd"
    [ ! -s "$tmp/err" ] || fail "cp --sparse=$mode: $(cat "$tmp/err")"
  done
done
dd if="$tmp/new" of="$mnt/nbd" bs=64k seek=9 conv=notrunc status=none
[ ! -s "$tmp/err" ] || fail "dd conv=notrunc: $(cat "$tmp/err")"

# told COUNT: nbdfuse has told that so many bytes were left out.
told ()
{
  grep -q "left out $1 bytes: .*cp --sparse=never" "$tmp/err" \
    || fail "not told: $(cat "$tmp/err")"
}

copy middle --sparse=auto
told $((62 * 65536))
fails copy end --sparse=auto
told $((63 * 65536))

# Programs that have not emptied the file may set the size to what it is.
truncate -s 4M "$mnt/nbd"
unmount
