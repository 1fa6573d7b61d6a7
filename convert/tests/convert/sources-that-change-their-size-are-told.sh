#!/bin/bash
# SPDX-License-Identifier: MIT
# If the source becomes longer or shorter while it is read, the conversion
# fails.  Helpers do not notice that, and read zeroes where nothing is left.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img

# changes_size SIZE FILE TO: a helper is started while the file gets this size.
mkdir "$tmp/bin"
changes_size ()
{
  printf '#!/bin/sh\ntruncate -s %s %s\nexec %s "$@"\n' "$1" "$2" \
    "$(type -P qemu-img)" >"$tmp/bin/qemu-img"
  chmod +x "$tmp/bin/qemu-img"
  PATH=$tmp/bin:$PATH refuses "bytes at first and has $((now + $1)) now" \
    "$nbdconvert" "$2" "$tmp/d/$3"
}

random_file "$tmp/disk" 1m
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/image"
now=$(stat -c %s "$tmp/image")
for to in raw vmdk; do
  changes_size -65536 "$tmp/image" new.$to
  truncate -s "$now" "$tmp/image"
  changes_size +65536 "$tmp/image" new.$to
  truncate -s "$now" "$tmp/image"
done
nothing_is_left
"$nbdconvert" "$tmp/image" "$tmp/d/unchanged"
nothing_is_left unchanged

# The pipe is full before all was read.
truncate -s 8m "$tmp/disk"
status=0
"$nbdconvert" "$tmp/disk" - 2>"$tmp/stderr" | {
  head -c 4096
  truncate -s 9m "$tmp/disk"
  cat
} >/dev/null || status=${PIPESTATUS[0]}
[ "$status" = 1 ] || fail "exit status $status instead of 1"
grep -q "at first and has 9437184 now" "$tmp/stderr" || fail "$(cat "$tmp/stderr")"
