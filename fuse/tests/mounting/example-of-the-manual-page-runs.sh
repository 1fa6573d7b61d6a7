#!/bin/bash -
# SPDX-License-Identifier: MIT
# The commands of the first example of the manual page work as they are printed,
# one after the other: the file is there when the next program looks for it.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires qemu-img qemu-nbd sfdisk

truncate -s 4M "$tmp/disk.img"
echo 'label: dos
start=2048' | sfdisk -q "$tmp/disk.img"
qemu-img convert -O qcow2 "$tmp/disk.img" "$tmp/disk.qcow2"

# It skips the test where nothing can be mounted.
start "$mnt" [ qemu-nbd -f raw "$tmp/disk.img" ]
unmount

sed -n '/^\.SH EXAMPLES/,/^\.EE/p' "$srcdir/fuse/nbdfuse.1.in" \
  | sed -e '1,/^\.EX/d' -e '/^\.EE/d' -e 's/\\-/-/g' >"$tmp/example"
grep -q '^nbdfuse .*disk.qcow2 \] &$' "$tmp/example" \
  || fail "another example: $(cat "$tmp/example")"
cd "$tmp"
PATH=$builddir/fuse:$PATH bash -e example >output
grep -q '^dir/disk.img1 : start= *2048, ' output || fail "$(cat output)"
fails mountpoint -q dir
