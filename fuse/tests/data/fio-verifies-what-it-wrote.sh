#!/bin/bash
# SPDX-License-Identifier: MIT
# fio writes and verifies through the page cache, and with direct I/O and many
# requests in flight.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires fio
requires_nbdkit plugin memory

start "$mnt" --socket-activation nbdkit memory 64M
for job in "--ioengine=psync --bs=1k-97k --bsrange=1k-97k --fsync=50" \
           "--ioengine=libaio --iodepth=32 --direct=1 --bsrange=4k-256k"; do
  # fio writes a state file, which must not be in the build tree.
  # shellcheck disable=SC2086  # several words
  theirs fio --aux-path="$tmp" --name=verify --filename="$mnt/nbd" \
    --size=32M --rw=randwrite --randseed=5 --output="$tmp/fio" $job \
    --verify=crc32c --verify_fatal=1 \
    || fail "fio: $(cat "$tmp/fio")"
done
unmount
