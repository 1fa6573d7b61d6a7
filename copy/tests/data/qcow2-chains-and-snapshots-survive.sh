#!/bin/bash
# SPDX-License-Identifier: MIT
# An image with a backing chain and internal snapshots is copied to a raw file,
# and back into another image: qemu-img finds no difference.
. "${srcdir:-.}/tests/lib/copy.sh"
requires qemu-img qemu-io qemu-nbd

cd "$tmp"
qemu-img create -q -f qcow2 base.qcow2 64M
qemu-io -f qcow2 -c 'write -P 1 0 3M' -c 'write -P 2 30M 1M' base.qcow2 \
  >/dev/null
qemu-img create -q -f qcow2 -b base.qcow2 -F qcow2 middle.qcow2
qemu-io -f qcow2 -c 'write -P 3 1M 1M' -c 'write -z 30M 64k' middle.qcow2 \
  >/dev/null
qemu-img create -q -f qcow2 -b middle.qcow2 -F qcow2 top.qcow2
qemu-io -f qcow2 -c 'write -P 4 40M 512k' top.qcow2 >/dev/null
qemu-img snapshot -c before top.qcow2
qemu-io -f qcow2 -c 'write -P 5 40M 4k' -c 'write -P 6 63M 1M' top.qcow2 \
  >/dev/null

"$nbdcopy" -- [ qemu-nbd -r -f qcow2 top.qcow2 ] now.raw
qemu-img compare -q -f qcow2 -F raw top.qcow2 now.raw
"$nbdcopy" -- [ qemu-nbd -r -f qcow2 -l snapshot.name=before top.qcow2 ] \
  before.raw
qemu-img convert -q -f qcow2 -l snapshot.name=before -O raw top.qcow2 \
  want.raw
qemu-img compare -q before.raw want.raw
! cmp -s before.raw now.raw || fail "the snapshot is not another disk"

qemu-img create -q -f qcow2 back.qcow2 64M
"$nbdcopy" --flush --verify -- now.raw [ qemu-nbd -f qcow2 back.qcow2 ]
qemu-img compare -q -f qcow2 -F qcow2 back.qcow2 top.qcow2
qemu-img check -q back.qcow2
[ "$(allocated_kib back.qcow2)" -lt 16384 ] || fail "holes became data"

"$nbdcopy" -- [ qemu-nbd -r -f qcow2 top.qcow2 ] \
  [ qemu-nbd -f qcow2 back.qcow2 ]
qemu-img compare -q -f qcow2 -F raw back.qcow2 now.raw
