#!/bin/bash
# SPDX-License-Identifier: MIT
# qemu-nbd serves a client with its pre-shared key.
. "${srcdir:-.}/tests/lib/tls.sh"
requires_tls
requires qemu-nbd
mkdir "$tmp/server"
tls_keys "$tmp/keys.psk" alice bob
cp "$tmp/keys.psk" "$tmp/server/keys.psk"
random_file "$tmp/disk" 2M
cp "$tmp/disk" "$tmp/want"
serve unix qemu-nbd -t -f raw \
  --object "tls-creds-psk,id=tls,endpoint=server,dir=$tmp/server" \
  --tls-creds tls "$tmp/disk"
expect yes keyed "loop-unix $sock" tls-negotiated \
  "loop-read $tmp/out 4K 64" shutdown
same "$tmp/want" "$tmp/out"
random_file "$tmp/new" 2M
keyed "tls-username bob" "loop-unix $sock" "loop-write $tmp/new 256K 16" \
  flush shutdown
same "$tmp/new" "$tmp/disk"
tls_keys "$tmp/keys.psk" alice
keyed "fails 0 connect-unix $sock"
