#!/bin/bash
# SPDX-License-Identifier: MIT
# Raw and qcow2 images with each compression are converted, from a file and
# from a pipe, to raw, to qcow2 and to standard output.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img

make_disk "$tmp/disk" 16
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/disk.qcow2"

# try COMMAND...: the command compresses.
try ()
{
  local kind
  for kind in disk disk.qcow2; do
    "$@" <"$tmp/$kind" >"$tmp/packed"
    "$nbdconvert" "$tmp/packed" "$tmp/d/out.raw"
    same "$tmp/disk" "$tmp/d/out.raw"
    "$nbdconvert" --to qcow2 - "$tmp/d/out.img" < <(cat "$tmp/packed")
    same_content "$tmp/d/out.img" qcow2 "$tmp/disk"
    "$nbdconvert" --verify "$tmp/packed" "$tmp/d/out.qcow2"
    same_content "$tmp/d/out.qcow2" qcow2 "$tmp/disk"
    "$nbdconvert" --to raw - - < <(cat "$tmp/packed") | cmp - "$tmp/disk"
    nothing_is_left out.img out.qcow2 out.raw
  done
}

tried=0
# if_able FACT PROGRAM [OPTION]...: try it if this build and this machine can.
if_able ()
{
  local fact=$1
  shift
  if "$nbdconvert" --machine-readable | grep -q -x "$fact.*" \
     && command -v "$1" >/dev/null; then
    try "$@"
    tried=$((tried + 1))
  fi
}
if_able "codec xz" xz -0
if_able "codec xz" xz -0 --block-size=1MiB
if_able "codec zstd" zstd -q -1
if_able "codec gzip" gzip -1
if_able "codec gzip" bgzip -l 1
if_able "codec bzip2" bzip2 -1
[ "$tried" -gt 0 ] || skip "no codec was built, or no program compresses"
