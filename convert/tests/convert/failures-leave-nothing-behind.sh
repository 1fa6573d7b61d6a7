#!/bin/bash
# SPDX-License-Identifier: MIT
# If the source is truncated or the disk is full, no result and no scratch
# file is left, and a file that existed is unchanged.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img xz
requires_ability "codec xz"

make_disk "$tmp/disk" 32
xz -0 <"$tmp/disk" >"$tmp/disk.xz"
size=$(stat -c %s "$tmp/disk.xz")
echo before >"$tmp/d/kept"

# fails NAME TEXT ARGUMENT...
fails ()
{
  local text=$1
  shift
  refuses "$text" "$nbdconvert" "$@"
  nothing_is_left kept
  [ "$(cat "$tmp/d/kept")" = before ] || fail "what was there is gone"
}

head -c $((size / 2)) "$tmp/disk.xz" >"$tmp/half.xz"
for to in new.raw new.qcow2 kept; do
  fails "half.xz" "$tmp/half.xz" "$tmp/d/$to"
  fails "standard input" - "$tmp/d/$to" < <(cat "$tmp/half.xz")
done

# A limit of the file size, 1 MiB, acts like a full disk.
(
  ulimit -f 1024
  trap '' XFSZ
  fails "File too large" "$tmp/disk.xz" "$tmp/d/new.raw"
) || exit 1
