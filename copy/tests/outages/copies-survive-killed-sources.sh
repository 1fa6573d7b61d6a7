#!/bin/bash
# SPDX-License-Identifier: MIT
# The source is killed again and again: requests are sent again, and the copy
# succeeds.
. "${srcdir:-.}/tests/lib/copy.sh"
. "$srcdir/tests/lib/restarting.sh"
. "$srcdir/copy/tests/outages/surviving.sh"
requires_servers

new_content "$tmp/in"
new_qcow2 "$tmp/in.qcow2" "$tmp/in"
seed=0
for transport in unix tcp; do
  killing $((++seed)) qemu-nbd $transport "$tmp/in.qcow2" \
    "$nbdcopy" --reconnect-timeout=2m URI "$tmp/out"
  same "$tmp/in" "$tmp/out"
  rm "$tmp/out"
  killing $((++seed)) nbdkit $transport "$tmp/in" \
    "$nbdcopy" --reconnect-timeout=2m --no-extents URI "$tmp/out"
  same "$tmp/in" "$tmp/out"
  rm "$tmp/out"
done
