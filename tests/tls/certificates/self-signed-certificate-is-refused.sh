#!/bin/bash
# SPDX-License-Identifier: MIT
# A self-signed certificate is accepted only by a client that was given this
# very certificate.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
tls_self_signed "$tmp/server" 'dns_name = localhost'
serve_nbdkit tcp4
trusting "fails 0 connect-tcp localhost $port" "says certificate"

mkdir "$tmp/pinned"
cp "$tmp/server/server-cert.pem" "$tmp/pinned/ca-cert.pem"
expect yes client "tls require" "tls-certificates $tmp/pinned" \
  "connect-tcp localhost $port" tls-negotiated
