#!/bin/bash
# SPDX-License-Identifier: MIT
# A server that accepts one client at a time is enough for probing and
# copying, whatever image it serves: raw and qcow2, compressed and not.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img qemu-nbd xz
requires_ability "codec xz"
requires_nbdkit plugin file filter limit

make_disk "$tmp/disk" 16
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/disk.qcow2"
xz -0 --keep "$tmp/disk"
xz -0 --keep "$tmp/disk.qcow2"
for in in disk disk.qcow2 disk.xz disk.qcow2.xz; do
  serve unix nbdkit -f --filter=limit file "$tmp/$in" limit=1
  for to in raw qcow2 raw; do
    "$nbdconvert" --connections=1 "nbd+unix:///?socket=$sock" \
      "$tmp/d/out.$to" 2>"$tmp/stderr" || fail "$in: $(cat "$tmp/stderr")"
    [ ! -s "$tmp/stderr" ] || fail "$in: $(cat "$tmp/stderr")"
    same_content "$tmp/d/out.$to" $to "$tmp/disk"
  done
  stop_server
done
# A server that nbdconvert starts is started twice.
"$nbdconvert" [ nbdkit file "$tmp/disk" ] "$tmp/d/out.raw"
same "$tmp/disk" "$tmp/d/out.raw"
nothing_is_left out.qcow2 out.raw
