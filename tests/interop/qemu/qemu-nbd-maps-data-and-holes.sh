#!/bin/bash
# SPDX-License-Identifier: MIT
# base:allocation of a qcow2 image shows data, and clusters that were zeroed or
# never written.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-nbd qemu-img qemu-io

qemu-img create -q -f qcow2 "$tmp/disk" 4M
qemu-io -f qcow2 -c 'write -P 7 1M 512k' -c 'write -P 8 3M 64k' \
  -c 'write -z 3145728 65536' "$tmp/disk" >/dev/null
serve unix qemu-nbd -t -f qcow2 "$tmp/disk"
expect '0 1048576 3
1048576 524288 0
1572864 2621440 3' client "context base:allocation" "connect-unix $sock" \
  "map base:allocation 0 4M -" shutdown
expect '1048576 524288 0' client "context base:allocation" \
  "connect-unix $sock" "map base:allocation 1M 512K 1" shutdown
