#!/bin/bash
# SPDX-License-Identifier: MIT
# Writes, zeroes and trims through qemu-nbd, over TCP and Unix sockets, change
# a qcow2 image in the same way as a raw file.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires qemu-nbd qemu-img

random_file "$tmp/raw" 8M
random_file "$tmp/new" 1M
for kind in unix tcp4 tcp6; do
  qemu-img convert -f raw -O qcow2 "$tmp/raw" "$tmp/disk.qcow2"
  serve $kind qemu-nbd -t -f qcow2 --discard=unmap "$tmp/disk.qcow2"
  case $kind in
    unix) connect="connect-unix $sock" ;;
    tcp4) connect="connect-tcp 127.0.0.1 $port" ;;
    tcp6) connect="connect-uri nbd://[::1]:$port" ;;
  esac
  expect 8388608 client "$connect" size \
    "write 1M 1M $tmp/new -" "write 3333333 100000 $tmp/new f" \
    "zero 4M 1M -" "zero 5M 64K h" "trim 6M 1M -" flush shutdown
  client "$connect" "copy $tmp/read.$kind" shutdown
  stop_server

  cp "$tmp/raw" "$tmp/want"
  dd if="$tmp/new" of="$tmp/want" bs=1M seek=1 conv=notrunc status=none
  dd if="$tmp/new" of="$tmp/want" bs=1 seek=3333333 count=100000 \
    conv=notrunc status=none
  dd if=/dev/zero of="$tmp/want" bs=64K seek=64 count=17 conv=notrunc \
    status=none
  dd if=/dev/zero of="$tmp/want" bs=1M seek=6 count=1 conv=notrunc status=none
  same "$tmp/want" "$tmp/read.$kind"
  qemu-img compare -f raw -F qcow2 "$tmp/want" "$tmp/disk.qcow2"
  qemu-img check -q "$tmp/disk.qcow2"
done
