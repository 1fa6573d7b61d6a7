#!/bin/bash
# SPDX-License-Identifier: MIT
# Without verification, any certificate is accepted, and the connection is
# encrypted.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
tls_authority evil
anyone ()
{
  trusting "tls-verify no" "$@"
}

tls_certificate "$tmp/server" server evil 'dns_name = other.example'
serve_nbdkit tcp4
expect yes anyone "connect-tcp localhost $port" tls-negotiated
trusting "fails 0 connect-tcp localhost $port"

tls_self_signed "$tmp/server" 'dns_name = localhost' \
  'activation_date = "2020-01-01 00:00:00"' \
  'expiration_date = "2020-02-01 00:00:00"'
serve_nbdkit tcp4
expect yes anyone "connect-tcp localhost $port" tls-negotiated
expect yes client "tls require" "tls-verify no" \
  "connect-tcp localhost $port" tls-negotiated
