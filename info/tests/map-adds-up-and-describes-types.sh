#!/bin/bash -
# SPDX-License-Identifier: MIT
# Maps of the contexts of qemu-nbd have the documented columns and words, and
# --totals adds the extents up.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-nbd qemu-img qemu-io jq

cd "$tmp"
qemu-img create -q -f qcow2 base.qcow2 1M
qemu-io -c 'write -P 1 0 64k' -c 'write -P 1 256k 64k' base.qcow2 >io.log
qemu-img create -q -f qcow2 -b base.qcow2 -F qcow2 top.qcow2
qemu-img bitmap --add top.qcow2 b0
qemu-io -c 'write -P 2 64k 64k' top.qcow2 >>io.log
cd "$builddir"
info ()
{
  "$builddir/info/nbdinfo" "$@" [ qemu-nbd -t -r -f qcow2 -A -B b0 "$tmp/top.qcow2" ]
}

expect "         0      131072    0  data
    131072      131072    3  hole,zero
    262144       65536    0  data
    327680      720896    3  hole,zero" info --map
expect "         0       65536    2  backing depth 2
     65536       65536    1  local
    131072      131072    0  absent
    262144       65536    2  backing depth 2
    327680      720896    0  absent" info --map=qemu:allocation-depth
expect "         0       65536    0  clean
     65536       65536    1  dirty
    131072      917504    0  clean" info --map=qemu:dirty-bitmap:b0
expect '[
{ "offset": 0, "length": 65536, "type": 0, "description": "clean"},
{ "offset": 65536, "length": 65536, "type": 1, "description": "dirty"},
{ "offset": 131072, "length": 917504, "type": 0, "description": "clean"}
]' info --map=qemu:dirty-bitmap:b0 --json
expect "    851968  81.2%   0 absent
     65536   6.2%   1 local
    131072  12.5%   2 backing depth 2" info --map=qemu:allocation-depth --totals
expect '[
{ "size": 851968, "percent": 81.25, "type": 0, "description": "absent" },
{ "size": 65536, "percent": 6.25, "type": 1, "description": "local" },
{ "size": 131072, "percent": 12.5, "type": 2, "description": "backing depth 2" }
]' info --map=qemu:allocation-depth --totals --json
info --json >"$tmp/json"
expect '["base:allocation","qemu:allocation-depth","qemu:dirty-bitmap:b0"]' \
  jq -c '.exports[0].contexts' "$tmp/json"

status=0
info --map=nobody:knows >"$tmp/out" 2>"$tmp/err" || status=$?
[ "$status" -eq 1 ] || fail "unknown context: status $status"
[ ! -s "$tmp/out" ] || fail "unknown context: output"
grep -q nobody:knows "$tmp/err" || fail "unknown context: it is not named"
