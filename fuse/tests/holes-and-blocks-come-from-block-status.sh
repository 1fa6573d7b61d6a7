#!/bin/bash
# SPDX-License-Identifier: MIT
# SEEK_DATA, SEEK_HOLE and st_blocks, before and after writing.
. "${srcdir:-.}/fuse/tests/functions.sh"
requires qemu-img qemu-nbd fallocate

# A disk that is larger than one query of 32 bits.
qemu-img create -q -f qcow2 -o cluster_size=65536 "$tmp/disk.qcow2" 8G
start "$mnt" [ qemu-nbd -f qcow2 --discard=unmap "$tmp/disk.qcow2" ]
# blocks_become COUNT: each stat goes on counting for a moment only.
blocks_become ()
{
  local try blocks
  for try in {1..200}; do
    blocks=$(stat -c %b "$mnt/nbd")
    [ "$blocks" != "$1" ] || return 0
  done
  fail "$blocks blocks instead of $1, asked $try times"
}

blocks_become 0

cat >"$tmp/map.py" <<'PYTHON'
import os
import sys

file = os.open(sys.argv[1], os.O_RDONLY)
end = 0
while True:
    try:
        begin = os.lseek(file, end, os.SEEK_DATA)
    except OSError as error:
        print(error.strerror)
        break
    end = os.lseek(file, begin, os.SEEK_HOLE)
    print(begin, end - begin)
print(os.lseek(file, 3 << 30, os.SEEK_HOLE) - (3 << 30))
PYTHON
expect "No such device or address
0" "$system_python" "$tmp/map.py" "$mnt/nbd"

random_file "$tmp/data" 131072
for offset in 0 1048576 6442450944; do
  dd if="$tmp/data" of="$mnt/nbd" bs=65536 seek="$offset" oflag=seek_bytes \
    conv=notrunc status=none
done
expect "0 131072
1048576 131072
6442450944 131072
No such device or address
0" "$system_python" "$tmp/map.py" "$mnt/nbd"
blocks_become 768

fallocate --punch-hole --offset 1048576 --length 65536 "$mnt/nbd"
blocks_become 640
unmount
