#!/bin/bash
# SPDX-License-Identifier: MIT
# A certificate that is right in all other ways is refused if no authority that
# the client trusts has signed it.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
tls_authority evil
tls_certificate "$tmp/server" server evil \
  'dns_name = localhost' 'ip_address = 127.0.0.1'
serve_nbdkit tcp4
trusting "fails 0 connect-tcp localhost $port" "says certificate"

tls_trust "$tmp/client" evil
expect yes trusting "connect-tcp localhost $port" tls-negotiated
