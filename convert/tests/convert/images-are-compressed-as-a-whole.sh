#!/bin/bash
# SPDX-License-Identifier: MIT
# --compress compresses an image again if some of its clusters were written
# since it was compressed.  If all are compressed it is copied as it is.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img qemu-io
requires_ability "format qcow2 read write compress"

seq 1400000 >"$tmp/disk"
qemu-img convert -c -O qcow2 "$tmp/disk" "$tmp/packed.qcow2"
"$nbdconvert" --compress "$tmp/packed.qcow2" "$tmp/d/out.qcow2"
cmp "$tmp/packed.qcow2" "$tmp/d/out.qcow2"

qemu-io -f qcow2 -c 'write -P 7 1M 6M' "$tmp/packed.qcow2" >"$tmp/said"
qemu-img convert -O raw "$tmp/packed.qcow2" "$tmp/disk"
"$nbdconvert" --compress "$tmp/packed.qcow2" "$tmp/d/out.qcow2"
same_content "$tmp/d/out.qcow2" qcow2 "$tmp/disk"
[ "$(stat -c %s "$tmp/d/out.qcow2")" -lt $((2 << 20)) ] \
  || fail "it has $(stat -c %s "$tmp/d/out.qcow2") bytes"
