#!/bin/bash -
# SPDX-License-Identifier: MIT
# The map is the same if the server is killed before it has answered, and
# started again.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
requires_outliving

truncate -s 64M "$tmp/disk"
for i in 3 20 41; do
  dd if=/dev/urandom of="$tmp/disk" bs=1M seek=$i count=2 conv=notrunc status=none
done
nbdinfo=$builddir/info/nbdinfo
for form in '' --json --totals; do
  # shellcheck disable=SC2086
  over_restart 1 "$tmp/disk" --filter=delay delay-extents=3600 -- \
    "$nbdinfo" --map $form "nbd+unix://?socket=SOCKET&$stays" >"$tmp/got"
  "$nbdinfo" --map $form [ nbdkit file "$tmp/disk" ] >"$tmp/want"
  same "$tmp/want" "$tmp/got"
done
