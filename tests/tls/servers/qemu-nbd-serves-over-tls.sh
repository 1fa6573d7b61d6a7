#!/bin/bash
# SPDX-License-Identifier: MIT
# qemu-nbd serves a qcow2 image, its map and its data, with certificates that
# both sides check.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
requires qemu-nbd qemu-img
tls_certificate "$tmp/client" client good
random_file "$tmp/data" 4M
qemu-img create -q -f qcow2 "$tmp/disk.qcow2" 8M
serve unix qemu-nbd -t -f qcow2 -x disk \
  --object "tls-creds-x509,id=tls,endpoint=server,dir=$tmp/server,verify-peer=yes" \
  --tls-creds tls "$tmp/disk.qcow2"
work=("export disk" "context base:allocation" "tls-hostname localhost")

expect yes trusting "${work[@]}" "connect-unix $sock" tls-negotiated \
  "write 1M 4M $tmp/data -" flush shutdown
trusting "${work[@]}" "loop-unix $sock" "map base:allocation 0 8M -" \
  "loop-read $tmp/out 256K 16" shutdown >"$tmp/map"
printf '%s\n' '0 1048576 3' '1048576 4194304 0' '5242880 3145728 3' \
  >"$tmp/want"
same "$tmp/want" "$tmp/map"
cmp -i 1048576:0 -n 4194304 "$tmp/out" "$tmp/data"
zero_range "$tmp/out" 0 1048576

client "export disk" "fails ENOTSUP connect-unix $sock"
rm "$tmp/client/client-key.pem" "$tmp/client/client-cert.pem"
trusting "export disk" "fails any connect-unix $sock"
