#!/bin/bash
# SPDX-License-Identifier: MIT
# If replies of a web server break off, they are requested again.  If all of
# them break off, no result is left.  Both by ranges and in order.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img qemu-nbd xz
requires_ability "codec xz" "transport url ranges" "transport url in-order"
requires_nbdkit plugin curl

make_disk "$tmp/disk" 16
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/web/disk.qcow2"
xz -0 --block-size=1MiB <"$tmp/disk" >"$tmp/web/disk.xz"
for in in disk.xz disk.qcow2; do
  web --break 3
  "$nbdconvert" --no-scratch "$web/$in" "$tmp/d/out.raw" 2>"$tmp/stderr" \
    || fail "$in: $(cat "$tmp/stderr")"
  same "$tmp/disk" "$tmp/d/out.raw"
done
nothing_is_left out.raw
web --no-ranges --cut
for to in new new.qcow2 out.raw; do
  refuses "disk.xz: .*transfer closed" "$nbdconvert" "$web/disk.xz" "$tmp/d/$to"
done
nothing_is_left out.raw
same "$tmp/disk" "$tmp/d/out.raw"
