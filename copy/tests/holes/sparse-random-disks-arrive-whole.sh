#!/bin/bash
# SPDX-License-Identifier: MIT
# nbdkit's sparse-random plugin refuses any write of data that differs from what
# a read would return.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin sparse-random filter delay

for options in "" "--connections=1 --requests=1" "--synchronous" \
               "--request-size=4k --connections=4 --threads=4" --verify; do
  serve_uri nbdkit -f sparse-random 4G seed=7 percent=0.5
  from=$uri
  serve_uri nbdkit -f sparse-random 4G seed=7 percent=0.5
  # shellcheck disable=SC2086  # several
  "$nbdcopy" $options "$from" "$uri"
done
# With delays, replies come in another order.
serve_uri nbdkit -f --filter=delay sparse-random 64M seed=9 percent=20 \
  delay-read=1ms
"$nbdcopy" "$uri" "$tmp/out"
serve_uri nbdkit -f --filter=delay sparse-random 64M seed=9 percent=20 \
  delay-write=1ms
"$nbdcopy" --destination-is-zero "$tmp/out" "$uri"
! "$nbdcopy" --allocated --no-extents --sparse=0 /dev/zero "$uri" \
  2>/dev/null || fail "the destination does not check"
