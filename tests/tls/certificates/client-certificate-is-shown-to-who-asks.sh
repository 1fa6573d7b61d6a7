#!/bin/bash
# SPDX-License-Identifier: MIT
# The client shows its certificate to a server that asks for one.  A client
# with no certificate, or with one of another authority, is refused.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
serve_nbdkit tcp4 --tls-verify-peer
refused ()
{
  trusting "fails any connect-tcp localhost $asks" "$@"
  trusting "tls-priority NORMAL:-VERS-ALL:+VERS-TLS1.2" \
    "fails any connect-tcp localhost $asks" "$@"
}
asks=$port
refused "says asked_for_a_client_certificate" \
  "says $tmp/client_has_no_client-cert.pem"
client "fails any connect-uri nbds://localhost:$asks/?tls-verify-peer=false" \
  "says none_was_found"

tls_certificate "$tmp/client" client good
expect yes trusting "connect-tcp localhost $port" tls-negotiated
# A server that does not ask for a certificate accepts the client, too.
serve_nbdkit tcp4
expect yes trusting "connect-tcp localhost $port" tls-negotiated

tls_authority evil
tls_certificate "$tmp/client" client evil
tls_trust "$tmp/client" good
refused "says authorities_of_its_own,_to_whom_$tmp/client/client-cert.pem"
# A certificate that the server will refuse is shown nevertheless.
tls_certificate "$tmp/client" client good \
  'activation_date = "2020-01-01 00:00:00"' \
  'expiration_date = "2020-02-01 00:00:00"'
refused "says may_have_refused_our_certificate,_$tmp/client/client-cert.pem"
