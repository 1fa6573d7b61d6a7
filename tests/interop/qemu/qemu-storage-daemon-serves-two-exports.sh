#!/bin/bash
# SPDX-License-Identifier: MIT
# qemu-storage-daemon serves a writable qcow2 node and a read-only raw one.
# The client gets their list, sizes, descriptions and data, and the image has
# what was written.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires qemu-storage-daemon qemu-img

random_file "$tmp/raw" 1M
random_file "$tmp/new" 3M
qemu-img create -q -f qcow2 "$tmp/disk.qcow2" 4M
serve unix qemu-storage-daemon \
  --blockdev "driver=file,node-name=f1,filename=$tmp/disk.qcow2" \
  --blockdev driver=qcow2,node-name=work,file=f1 \
  --blockdev "driver=file,node-name=fixed,filename=$tmp/raw,read-only=on" \
  --nbd-server addr.type=fd,addr.str=3,max-connections=0 \
  --export type=nbd,id=e1,node-name=work,name=work,writable=on \
  --export "type=nbd,id=e2,node-name=fixed,name=fixed,description=old disk"

client option-mode "connect-unix $sock" list abort | sort >"$tmp/list"
printf '%s\n' 'export fixed|old disk' 'export work|' >"$tmp/want"
same "$tmp/want" "$tmp/list"

client "export fixed" "connect-unix $sock" "fails EPERM write 0 1 $tmp/new -" \
  "copy $tmp/out" shutdown
same "$tmp/raw" "$tmp/out"

expect 4194304 client "export work" "connect-unix $sock" size \
  "write 1M 3M $tmp/new f" "zero 2M 64K -" "trim 3M 64K -" flush \
  "cache 1M 1M" "fails ENOSPC write 4194303 2 $tmp/new -" shutdown
client "connect-uri nbd+unix:///work?socket=$sock" "copy $tmp/work" shutdown
client "export other" "fails ENOENT connect-unix $sock"

stop_server
qemu-img compare -f raw -F qcow2 "$tmp/work" "$tmp/disk.qcow2"
zero_range "$tmp/work" 0 1048576
zero_range "$tmp/work" 2097152 65536
cmp -i 1048576:0 -n 1048576 "$tmp/work" "$tmp/new"
cmp -i 2162688:1114112 -n 983040 "$tmp/work" "$tmp/new"
