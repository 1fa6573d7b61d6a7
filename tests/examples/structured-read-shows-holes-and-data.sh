#!/bin/bash
# SPDX-License-Identifier: MIT
# structured-read shows the holes that qemu-nbd sends for a sparse image.  A
# server without structured replies sends one chunk of data.  An error of the
# server is shown.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires qemu-nbd qemu-img qemu-io
requires_nbdkit plugin memory filter error

qemu-img create -q -f qcow2 "$tmp/disk" 1M
qemu-io -f qcow2 -c 'write -P 7 256k 128k' "$tmp/disk" >/dev/null
serve unix qemu-nbd -t -f qcow2 "$tmp/disk"
examples/structured-read "nbd+unix://?socket=$sock" 0 1048576 \
  | sed 's/^ *//; s/  */ /g' | sort -n >"$tmp/got"
cat >"$tmp/want" <<END
0 262144 hole
262144 131072 data
393216 655360 hole
END
same "$tmp/want" "$tmp/got"

serve unix nbdkit -f --no-sr memory 1M
examples/structured-read "nbd+unix://?socket=$sock" 512 1000 >"$tmp/got"
grep -q '512  *1000  data' "$tmp/got"
expect 2 wc -l <"$tmp/got"

serve unix nbdkit -f --filter=error memory 1M error-pread-rate=100%
if examples/structured-read "nbd+unix://?socket=$sock" 0 512 2>"$tmp/err"; then
  fail "a failed read went unnoticed"
fi
grep -q 'Input/output error' "$tmp/err"
