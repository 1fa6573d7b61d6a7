#!/bin/bash
# SPDX-License-Identifier: MIT
# The map of a sparse image shows what was written into it.  If a server does
# not support block status, the map says so.  An export of 5 GiB needs several
# requests.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires qemu-nbd qemu-img qemu-io
requires_nbdkit plugin memory

words ()
{
  examples/block-status-map "$1" | sed 's/^ *//; s/  */ /g'
}

qemu-img create -q -f qcow2 "$tmp/disk" 4M
qemu-io -f qcow2 -c 'write -P 7 1M 512k' -c 'write -z 2M 1M' "$tmp/disk" \
  >/dev/null
serve unix qemu-nbd -t -f qcow2 "$tmp/disk"
expect '0 1048576 hole
1048576 524288 data
1572864 2621440 hole' words "nbd+unix://?socket=$sock"

serve unix nbdkit -f --no-sr memory 1M
expect '0 1048576 the server cannot tell' words "nbd+unix://?socket=$sock"

serve unix nbdkit -f memory 5G
words "nbd+unix://?socket=$sock" >"$tmp/got"
expect 5368709120 awk '{ end = $1 + $2 } END { printf "%.0f", end }' "$tmp/got"
