#!/bin/bash
# SPDX-License-Identifier: MIT
# Block status with 64 bits, with another project's server: a hole of more than
# 4 GiB is one extent, so the map of 8 TiB takes a few queries; with 32 bits it
# takes 2048.  The interoperability tests download a qemu-nbd that can do this.
. "${srcdir:-.}/tests/lib/copy.sh"
requires qemu-img qemu-io

knows_headers ()
{
  local version
  version=$("$1" --version 2>/dev/null | sed -n '1s/.* \([0-9.]*\) .*/\1/p')
  [ "$(printf '%s\n' 8.2 "$version" | sort -V | head -n 1)" = 8.2 ]
}
qemu_nbd=$(command -v qemu-nbd || echo none)
knows_headers "$qemu_nbd" \
  || qemu_nbd=$builddir/tests/interop/backports/root/usr/bin/qemu-nbd
knows_headers "$qemu_nbd" \
  || skip "no qemu-nbd of version 8.2 or newer is installed or was fetched"

theirs qemu-img create -q -f qcow2 -o cluster_size=2M "$tmp/in" 8T
theirs qemu-io -f qcow2 -c 'write -q -P 1 5G 1M' -c 'write -q -P 2 7000G 64k' \
  -c 'write -q -P 3 8191G 4k' "$tmp/in" >/dev/null
theirs qemu-img create -q -f qcow2 -o cluster_size=2M "$tmp/out" 8T
"$nbdcopy" -v --destination-is-zero -- [ "$qemu_nbd" -r -f qcow2 "$tmp/in" ] \
  [ "$qemu_nbd" -f qcow2 "$tmp/out" ] 2>"$tmp/log"
theirs qemu-img compare -q -f qcow2 -F qcow2 "$tmp/in" "$tmp/out"

queries=$(sed -n 's/.*nbd_aio_block_status_64: enter: count=\([0-9]*\) .*/\1/p' \
            "$tmp/log")
count=$(wc -l <<<"$queries")
[ "$count" -le 32 ] || fail "$count queries"
[ "$(sort -n <<<"$queries" | tail -n 1)" -gt $((1 << 32)) ] \
  || fail "no query is for more than 32 bits say: $queries"
