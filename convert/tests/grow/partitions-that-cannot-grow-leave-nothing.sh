#!/bin/bash
# SPDX-License-Identifier: MIT
# If --expand is impossible, this is reported before anything is written; if
# the disk comes in order, before the file gets its name.
. "${srcdir:-.}/tests/lib/convert/disks.sh"
requires_libfdisk
requires qemu-img qemu-nbd gzip
nbdconvert=${NBDCONVERT:-$builddir/convert/nbdconvert}
[ -x "$nbdconvert" ] || skip "nbdconvert was not built"

cd "$tmp"
gpt_disk disk.img 64
sgdisk -c 1:root -c 2:data disk.img >/dev/null
qemu-img convert -O qcow2 disk.img disk.qcow2
gzip -k disk.img
mkdir d

# stays TEXT ARGUMENT...: the conversion fails, and no file is made.
stays ()
{
  local text=$1 status=0
  shift
  "$nbdconvert" "$@" >out 2>err || status=$?
  [ $status = 1 ] || fail "$*: status $status"
  grep -q -e "$text" err || fail "$*: $(cat err)"
  [ -z "$(ls -A d)" ] || fail "$*: there is a file"
}

way='partition 2 "data" (2.0M) is behind partition 1 "root" (1.0M); --move would move it to the end'
for source in disk.img disk.qcow2 disk.img.gz; do
  stays "$way" --size=100M --expand=1 $source d/out.img
  stays 'no partition "home"; there are: 1 "root" (1.0M), 2 "data"' \
    --size=100M --expand=home $source d/out.qcow2
done
stays "$way" --plan --size=100M --expand=1 disk.qcow2 d/out.img
stays "the last partition ends at byte 6291456" \
  --size=5M --force-shrink --expand=last disk.img d/out.img
stays "would be as large as the source.*--size" --expand=1 disk.img d/out.img
stays "standard output cannot be changed any more" \
  --size=100M --expand=2 disk.img -
[ ! -s out ] || fail "something was written to standard output"
stays "which partition is to grow? --expand" --size=100M --move disk.img d/out
stays "which partition is to grow? --expand" --resize-fs disk.img d/out
stays "--expand and --resume exclude" \
  --size=100M --expand=2 --resume=journal disk.img d/out.img
poke disk.img 532 X
stays "primary GPT is damaged" --size=100M --expand=2 disk.img d/out.img
