#!/bin/bash
# SPDX-License-Identifier: MIT
# If a server says that it supports several connections, and then refuses some
# or does not accept them, nbdfuse uses those that it accepted.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin file filter limit
requires_uris

# read_much: send so many requests that nbdfuse tries to make more connections.
read_much ()
{
  local i readers=()
  for i in {0..15}; do
    cmp -i $((i * 65536)) -n 65536 "$tmp/disk" "$mnt/nbd" &
    readers+=($!)
  done
  for i in "${readers[@]}"; do
    wait "$i" || fail "reading failed"
  done
}

random_file "$tmp/disk" 1M
for server in "nbdkit -f --filter=limit file $tmp/disk limit=2" \
  "$system_python $srcdir/tests/lib/inetd.py --one nbdkit -s file $tmp/disk"; do
  # shellcheck disable=SC2086
  serve unix $server
  start -C 4 -o direct_io "$mnt" "nbd+unix:///?socket=$sock"
  read_much
  same "$tmp/disk" "$mnt/nbd"
  unmount
  expect "" cat "$tmp/err"
done
