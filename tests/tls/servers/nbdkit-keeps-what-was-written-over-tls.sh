#!/bin/bash
# SPDX-License-Identifier: MIT
# nbdkit with certificates: data is written and read, one request at a time and
# many in flight, small and large, with nbd_poll and with a main loop of the
# program.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
tls_certificate "$tmp/client" client good
random_file "$tmp/data" 1M
random_file "$tmp/other" 1M
serve_nbdkit unix --tls-verify-peer

expect yes trusting "loop-unix $sock" "loop-write $tmp/data 4K 64" flush \
  tls-negotiated shutdown
trusting "connect-unix $sock" "copy $tmp/out" shutdown
same "$tmp/data" "$tmp/out"
for chunk in 1000 4K 16K 100001 256K 1M; do
  rm "$tmp/out"
  trusting "loop-unix $sock" "loop-read $tmp/out $chunk 16" shutdown
  same "$tmp/data" "$tmp/out"
done

trusting "connect-unix $sock" "write 0 1M $tmp/other -" shutdown
trusting "connect-unix $sock" "read 0 1M $tmp/out" \
  "fails EINVAL read 1M 1 $tmp/nothing" "zero 512 4K -" flush shutdown
same "$tmp/other" "$tmp/out"
trusting "loop-unix $sock" "read 512 4K $tmp/out" shutdown
zero_range "$tmp/out" 0 4096
