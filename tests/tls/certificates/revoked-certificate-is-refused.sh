#!/bin/bash
# SPDX-License-Identifier: MIT
# ca-crl.pem in the client's directory lists what is no longer good.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
serve_nbdkit tcp4
expect yes trusting "connect-tcp localhost $port" tls-negotiated

tls_revoke "$tmp/client" good "$tmp/server/server-cert.pem"
trusting "fails 0 connect-tcp localhost $port" "says certificate"

# A list that is there but cannot be understood must not count as empty.
echo nonsense >"$tmp/client/ca-crl.pem"
trusting "fails any connect-tcp localhost $port"
