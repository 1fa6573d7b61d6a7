#!/bin/bash
# SPDX-License-Identifier: MIT
# A certificate that ca-crl.pem in the client's directory lists is refused.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
serve_nbdkit tcp4
expect yes trusting "connect-tcp localhost $port" tls-negotiated

tls_revoke "$tmp/client" good "$tmp/server/server-cert.pem"
trusting "fails 0 connect-tcp localhost $port" "says certificate"

# A list that cannot be read must not count as empty.
echo nonsense >"$tmp/client/ca-crl.pem"
trusting "fails any connect-tcp localhost $port"
