#!/bin/bash
# SPDX-License-Identifier: MIT
# A key that does not belong to the certificate, or a file that is no
# certificate, is an error.  The client does not continue without them.
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
