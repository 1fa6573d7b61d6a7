#!/bin/bash
# SPDX-License-Identifier: MIT
# --offset and --length choose a range: data around it stays.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin memory
requires qemu-img qemu-io qemu-nbd

qemu-img create -q -f qcow2 -o cluster_size=64k "$tmp/disk" 1M
qemu-io -f qcow2 -c 'write -P 7 0 1M' "$tmp/disk" >/dev/null
serve unix qemu-nbd -t --discard=unmap -f qcow2 "$tmp/disk"
discard/nbddiscard --yes --offset 128K --length 256K \
  "nbd+unix://?socket=$sock" >"$tmp/out"
expect '' cat "$tmp/out"
stop_server
qemu-io -f qcow2 -c 'read -P 7 0 128k' -c 'read -P 0 128k 256k' \
  -c 'read -P 7 384k 640k' "$tmp/disk" >"$tmp/read"
! grep -i 'fail' "$tmp/read" || fail "the wrong range was discarded"
