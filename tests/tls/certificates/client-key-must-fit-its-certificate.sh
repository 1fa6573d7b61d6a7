#!/bin/bash
# SPDX-License-Identifier: MIT
# A key that is not the certificate's and files that are no certificates are
# errors, not reasons to go on without them.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
serve_nbdkit tcp4
connect="connect-tcp localhost $port"
tls_certificate "$tmp/client" client good
expect yes trusting "$connect" tls-negotiated

cp "$tmp/server/server-key.pem" "$tmp/client/client-key.pem"
trusting "fails any $connect"
echo nonsense >"$tmp/client/client-key.pem"
trusting "fails any $connect"
tls_trust "$tmp/broken" good
echo nonsense >"$tmp/broken/ca-cert.pem"
client "tls require" "tls-certificates $tmp/broken" "fails any $connect"
