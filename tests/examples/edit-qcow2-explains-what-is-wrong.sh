#!/bin/bash
# SPDX-License-Identifier: MIT
# An offset behind the end, a missing image, an offset that is no number and
# missing arguments give an error and do not change the image.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-nbd qemu-img

qemu-img create -q -f qcow2 "$tmp/disk.qcow2" 1M
cp "$tmp/disk.qcow2" "$tmp/before.qcow2"

refused ()
{
  if "$@" >"$tmp/out" 2>&1; then fail "this should fail: $*"; fi
  [ -s "$tmp/out" ] || fail "no message from $*"
}
refused examples/edit-qcow2 "$tmp/disk.qcow2" 1048570 'does not fit'
grep -q 'nbd_pread: ' "$tmp/out" || fail "not libnbd's message"
refused examples/edit-qcow2 "$tmp/missing.qcow2" 0 text
refused examples/edit-qcow2 "$tmp/disk.qcow2" nowhere text
refused examples/edit-qcow2
qemu-img compare "$tmp/before.qcow2" "$tmp/disk.qcow2"
