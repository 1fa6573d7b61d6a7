#!/bin/bash
# SPDX-License-Identifier: MIT
# Directories and key files in a URI are refused before anything else happens,
# unless the program has allowed them.
. "${srcdir:-.}/tests/lib/tls.sh"
requires_uris
usual_certificates
tls_keys "$tmp/keys.psk" alice
serve_nbdkit tcp4
uri="nbds://localhost:$port/?tls-certificates=$tmp/client"
client "fails EPERM connect-uri $uri"
client "uri-local-file no" "fails EPERM connect-uri $uri" state
expect yes client "uri-local-file yes" "connect-uri $uri" tls-negotiated

serve_nbdkit_keys "$tmp/keys.psk"
uri="nbds+unix://alice@/?socket=$sock&tls-psk-file=$tmp/keys.psk"
client "fails EPERM connect-uri $uri"
expect yes client "uri-local-file yes" "connect-uri $uri" tls-negotiated
client "uri-local-file yes" "fails EINVAL connect-uri ${uri/alice/bob}"
# What the program itself has set needs no permission.
expect yes client "tls-psk-file $tmp/keys.psk" \
  "connect-uri nbds+unix://alice@/?socket=$sock" tls-negotiated
