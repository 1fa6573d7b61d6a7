#!/bin/bash
# SPDX-License-Identifier: MIT
# qemu:dirty-bitmap shows which clusters were written since the bitmap was
# made, together with base:allocation on the same connection.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-nbd qemu-img qemu-io

qemu-img create -q -f qcow2 "$tmp/disk" 4M
qemu-io -f qcow2 -c 'write -P 1 0 64k' "$tmp/disk" >/dev/null
qemu-img bitmap --add -f qcow2 -g 64k "$tmp/disk" since \
  || skip "this qemu-img has no bitmaps"
qemu-io -f qcow2 -c 'write -P 2 1M 64k' -c 'write -P 3 2M 128k' "$tmp/disk" \
  >/dev/null
serve unix qemu-nbd -t -r -f qcow2 -B since "$tmp/disk"
expect 'yes
0 1048576 0
1048576 65536 1
1114112 983040 0
2097152 131072 1
2228224 1966080 0' client "context qemu:dirty-bitmap:since" \
  "context base:allocation" "connect-unix $sock" \
  "can-context qemu:dirty-bitmap:since" \
  "map qemu:dirty-bitmap:since 0 4M -" shutdown
expect '0 65536 0
65536 983040 3' client "context qemu:dirty-bitmap:since" \
  "context base:allocation" "connect-unix $sock" \
  "map base:allocation 0 1M -" shutdown
expect no client "context qemu:dirty-bitmap:other" "connect-unix $sock" \
  "can-context qemu:dirty-bitmap:other"
expect 'context base:allocation
context qemu:dirty-bitmap:since' client option-mode "connect-unix $sock" \
  list-contexts abort
expect 'context qemu:dirty-bitmap:since' client option-mode \
  "context qemu:" "connect-unix $sock" list-contexts abort
