#!/bin/bash
# SPDX-License-Identifier: MIT
# A server that promised several connections and then refuses some, or leaves
# them with the kernel, is mounted with those that it took.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin file plugin memory filter limit

serve unix nbdkit -f --filter=limit memory 1M limit=2
start -C 4 "$mnt" "nbd+unix:///?socket=$sock"
grep -q 'going on with 2 of 4 connections' "$tmp/err" || fail "$(cat "$tmp/err")"
cmp -n 1048576 "$mnt/nbd" /dev/zero
unmount

random_file "$tmp/disk" 1M
serve unix "$system_python" "$srcdir/tests/lib/inetd.py" \
  --one nbdkit -s file "$tmp/disk"
start -C 4 "$mnt" "nbd+unix:///?socket=$sock"
grep -q 'going on with 1 of 4 connections' "$tmp/err" || fail "$(cat "$tmp/err")"
same "$tmp/disk" "$mnt/nbd"
unmount
