#!/bin/bash
# SPDX-License-Identifier: MIT
# What was written to an image is shown in its bytes and in its map.  A missing
# image is an error.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-nbd qemu-img qemu-io

show=bindings/ocaml/examples/read_qcow2
qemu-img create -q -f qcow2 "$tmp/disk" 4M
qemu-io -f qcow2 -c 'write -P 65 0 64k' -c 'write -P 7 1M 512k' "$tmp/disk" \
  >/dev/null
row=$(printf ' 41%.0s' {1..16})
expect "4194304 bytes
first bytes:
  00000000 $row
  00000010 $row
  00000020 $row
  00000030 $row
allocation:
             0        65536  data
         65536       983040  hole, zero
       1048576       524288  data
       1572864      2621440  hole, zero" "$show" "$tmp/disk"

if "$show" "$tmp/missing" 2>"$tmp/err"; then fail "it read a missing image"; fi
grep -q '^read_qcow2: nbd_' "$tmp/err" || fail "no message"
