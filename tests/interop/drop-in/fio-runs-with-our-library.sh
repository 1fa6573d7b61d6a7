#!/bin/bash
# SPDX-License-Identifier: MIT
# The distribution's fio runs with our library: it verifies its own random
# writes, and the server's disk has what it wrote.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires fio
requires_nbdkit plugin file
theirs fio --enghelp 2>/dev/null | grep -qw nbd || skip "this fio has no nbd engine"

truncate -s 16M "$tmp/disk"
serve unix nbdkit -f file "$tmp/disk"
uri="nbd+unix:///?socket=$sock"
# fio writes a file about what it verified, which must not be in the build
# tree.
ours fio --aux-path="$tmp" --output="$tmp/out" --name=verify --ioengine=nbd "--uri=$uri" \
  --rw=randwrite --bsrange=4k-64k --iodepth=32 --size=16M \
  --verify=crc32c --verify_fatal=1 --do_verify=1 --randseed=7 \
  || fail "$(cat "$tmp/out")"
loaded_ours
grep -q 'err= 0' "$tmp/out" || fail "$(cat "$tmp/out")"

# Write a pattern that the test can check without fio.
ours fio --output="$tmp/out" --name=fill --ioengine=nbd "--uri=$uri" \
  --rw=write --bs=256k --iodepth=16 --size=16M --buffer_pattern=0x5a \
  || fail "$(cat "$tmp/out")"
loaded_ours
head -c 16M /dev/zero | tr '\0' Z >"$tmp/want"
same "$tmp/want" "$tmp/disk"

ours fio --output="$tmp/out" --name=mix --ioengine=nbd "--uri=$uri" \
  --rw=randrw --bs=4k --iodepth=64 --size=16M --io_size=8M --numjobs=2 \
  --buffer_pattern=0x5a || fail "$(cat "$tmp/out")"
loaded_ours
same "$tmp/want" "$tmp/disk"
