#!/bin/bash
# SPDX-License-Identifier: MIT
# Disks on NBD servers grow, too: raw disks and images, on servers that accept
# one client, on servers that nbdconvert starts, with a checksum, and with
# --plan.
. "${srcdir:-.}/tests/lib/convert/disks.sh"
requires_libfdisk
requires_uris
requires qemu-img qemu-nbd xz
requires_nbdkit filter limit
nbdconvert=${NBDCONVERT:-$builddir/convert/nbdconvert}
[ -x "$nbdconvert" ] || skip "nbdconvert was not built"

cd "$tmp"
gpt_disk disk.img 64
qemu-img convert -O qcow2 disk.img disk.qcow2
xz -k --block-size=1M disk.qcow2
"$nbdconvert" --size=100M --expand=1 --move disk.img wanted.img

# grows OPTION...  SOURCE: the result is the wanted disk.
grows ()
{
  "$nbdconvert" --plan --size=100M --expand=1 --move "$@" out.img >plan
  grep -q "Partition 1: 1.0M becomes 95.0M" plan || fail "$(cat plan)"
  "$nbdconvert" --size=100M --expand=1 --move "$@" out.img
  same out.img wanted.img
  rm out.img
}

for file in disk.img disk.qcow2 disk.qcow2.xz; do
  serve unix nbdkit file $file
  grows "nbd+unix:///?socket=$sock"
  grows --sparsify --quiet "nbd+unix:///?socket=$sock"
  stop_server
  grows [ nbdkit file $file ]
done
serve unix nbdkit --filter=limit file disk.img limit=1
"$nbdconvert" --connections=1 --size=100M --expand=1 --move \
  "nbd+unix:///?socket=$sock" out.img
same out.img wanted.img
stop_server
serve unix nbdkit file disk.qcow2
grows --checksum="sha256:$(sha256sum <disk.qcow2 | cut -c1-64)" \
  "nbd+unix:///?socket=$sock"
