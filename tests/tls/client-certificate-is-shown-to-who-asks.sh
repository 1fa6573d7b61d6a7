#!/bin/bash
# SPDX-License-Identifier: MIT
# A server that checks its clients lets in who has a certificate of its
# authority, and nobody who has none or one of another authority.
. "${srcdir:-.}/tests/tls/functions.sh"
usual_certificates
serve_nbdkit tcp4 --tls-verify-peer
trusting "fails any connect-tcp localhost $port"

tls_certificate "$tmp/client" client good
expect yes trusting "connect-tcp localhost $port" tls-negotiated
# A server that does not ask makes no difference.
asks=$port
serve_nbdkit tcp4
expect yes trusting "connect-tcp localhost $port" tls-negotiated

tls_authority evil
tls_certificate "$tmp/client" client evil
tls_trust "$tmp/client" good
trusting "fails any connect-tcp localhost $asks"
