#!/bin/bash
# SPDX-License-Identifier: MIT
# SEEK_DATA, SEEK_HOLE and st_blocks are right, before and after writing.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires qemu-img qemu-nbd fallocate

# A disk that is larger than one query of 32 bits.
qemu-img create -q -f qcow2 -o cluster_size=65536 "$tmp/disk.qcow2" 8G
start "$mnt" [ qemu-nbd -f qcow2 --discard=unmap "$tmp/disk.qcow2" ]
blocks_become 0

map=$srcdir/tests/lib/mounts/seek-data.py
# begins_a_hole FILE OFFSET: SEEK_HOLE from OFFSET on returns OFFSET.
begins_a_hole ()
{
  expect "$2" "$system_python" -c 'import os, sys
file = os.open(sys.argv[1], os.O_RDONLY)
print(os.lseek(file, int(sys.argv[2]), os.SEEK_HOLE))' "$1" "$2"
}
begins_a_hole "$mnt/nbd" $((3 << 30))
expect "No such device or address" "$system_python" "$map" "$mnt/nbd"

random_file "$tmp/data" 131072
for offset in 0 1048576 6442450944; do
  dd if="$tmp/data" of="$mnt/nbd" bs=65536 seek="$offset" oflag=seek_bytes \
    conv=notrunc status=none
done
expect "0 131072
1048576 131072
6442450944 131072
No such device or address" "$system_python" "$map" "$mnt/nbd"
begins_a_hole "$mnt/nbd" $((3 << 30))
blocks_become 768

fallocate --punch-hole --offset 1048576 --length 65536 "$mnt/nbd"
blocks_become 640
unmount
