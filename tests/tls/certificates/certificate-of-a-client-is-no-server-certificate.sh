#!/bin/bash
# SPDX-License-Identifier: MIT
# A client's certificate of a trusted authority is refused as a server
# certificate.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
tls_certificate "$tmp/thief" client good 'dns_name = localhost'
cp "$tmp/thief/client-key.pem" "$tmp/server/server-key.pem"
cp "$tmp/thief/client-cert.pem" "$tmp/server/server-cert.pem"
serve_nbdkit tcp4
trusting "fails 0 connect-tcp localhost $port" "says certificate"
