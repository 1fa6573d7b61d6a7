#!/bin/bash
# SPDX-License-Identifier: MIT
# qemu:allocation-depth shows how many layers down the data are, and the data
# are read from the right layer.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-nbd qemu-img qemu-io
requires_option qemu-nbd --allocation-depth

qemu-img create -q -f qcow2 "$tmp/base" 1M
qemu-io -f qcow2 -c 'write -P 1 0 192k' "$tmp/base" >/dev/null
qemu-img create -q -f qcow2 -b base -F qcow2 "$tmp/middle"
qemu-io -f qcow2 -c 'write -P 2 64k 128k' "$tmp/middle" >/dev/null
qemu-img create -q -f qcow2 -b middle -F qcow2 "$tmp/top"
qemu-io -f qcow2 -c 'write -P 3 128k 64k' "$tmp/top" >/dev/null
serve unix qemu-nbd -t -A -f qcow2 "$tmp/top"
expect '0 65536 3
65536 65536 2
131072 65536 1
196608 851968 0' client "context qemu:allocation-depth" \
  "connect-unix $sock" "map qemu:allocation-depth 0 1M -" \
  "copy $tmp/out" shutdown
{ for value in 1 2 3; do
    head -c 65536 /dev/zero | tr '\0' "\\00$value"
  done
  head -c 851968 /dev/zero; } >"$tmp/want"
same "$tmp/want" "$tmp/out"
