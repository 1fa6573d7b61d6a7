#!/bin/bash
# SPDX-License-Identifier: MIT
# qemu-storage-daemon serves two exports with certificates, and one is written.
. "${srcdir:-.}/tests/lib/tls.sh"
requires_uris
usual_certificates
requires qemu-storage-daemon
random_file "$tmp/disk" 1M
random_file "$tmp/new" 1M
serve tcp4 qemu-storage-daemon \
  --object "tls-creds-x509,id=tls,endpoint=server,dir=$tmp/server,verify-peer=no" \
  --blockdev "driver=file,node-name=disk,filename=$tmp/disk" \
  --nbd-server addr.type=fd,addr.str=3,tls-creds=tls,max-connections=0 \
  --export type=nbd,id=e1,node-name=disk,name=work,writable=on
uri=nbds://localhost:$port/work
trust=("tls-certificates $tmp/client")
client "${trust[@]}" "connect-uri $uri" "copy $tmp/out" shutdown
same "$tmp/disk" "$tmp/out"
expect yes client "${trust[@]}" "connect-uri $uri" tls-negotiated \
  "write 0 1M $tmp/new f" shutdown
client "${trust[@]}" "connect-uri $uri" "copy $tmp/out" shutdown
same "$tmp/new" "$tmp/out"
trusting option-mode "connect-tcp localhost $port" list abort >"$tmp/list"
grep -qx 'export work|' "$tmp/list"
client "fails ENOTSUP connect-uri nbd://localhost:$port/work"
