#!/bin/bash
# SPDX-License-Identifier: MIT
. "${srcdir:-.}/tests/lib/fuse.sh"
requires fallocate
requires_nbdkit plugin memory filter log

random_file "$tmp/expected" 8M
start "$mnt" --command \
  nbdkit -s --filter=log memory 8M logfile="$tmp/log"
dd if="$tmp/expected" of="$mnt/nbd" bs=1M conv=notrunc,fsync status=none
for file in "$mnt/nbd" "$tmp/expected"; do
  fallocate --punch-hole --offset 1000001 --length 2000000 "$file"
  dd if=/dev/zero of="$tmp/expected" bs=1000 seek=5000 count=1000 \
    conv=notrunc status=none
done
fallocate --zero-range --keep-size --offset 5000000 --length 1000000 "$mnt/nbd"
same "$tmp/expected" "$mnt/nbd"
echo 3 2>/dev/null >/proc/sys/vm/drop_caches || :
same "$tmp/expected" "$mnt/nbd"
fails fallocate --length 1000 "$mnt/nbd"
fails fallocate --zero-range --offset 8000000 --length 1000000 "$mnt/nbd"
unmount

grep -q 'Trim .*offset=0xf4241 count=0x1e8480' "$tmp/log" \
  || fail "no trim: $(grep -v Write "$tmp/log")"
grep -q 'Zero .*offset=0x4c4b40 count=0xf4240' "$tmp/log" \
  || fail "no zero: $(grep -v Write "$tmp/log")"
