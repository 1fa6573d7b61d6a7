#!/bin/bash
# SPDX-License-Identifier: MIT
# A server that a URI connects to is checked as with any other call.  The URI
# can name the host or switch verification off.  So no URI leads back to
# CVE-2024-7383.
. "${srcdir:-.}/tests/lib/tls.sh"
requires_uris
usual_certificates
trust=("uri-local-file yes" "tls-certificates $tmp/client")
serve_nbdkit tcp4
expect yes client "${trust[@]}" "connect-uri nbds://localhost:$port" \
  tls-negotiated
client "fails 0 connect-uri nbds://localhost:$port" "says certificate"

tls_certificate "$tmp/server" server good 'dns_name = other.example'
serve_nbdkit tcp4
uri=nbds://localhost:$port/
client "${trust[@]}" "fails 0 connect-uri $uri" "says certificate"
expect yes client "${trust[@]}" \
  "connect-uri $uri?tls-hostname=other.example" tls-negotiated
expect yes client "${trust[@]}" "connect-uri $uri?tls-verify-peer=no" \
  tls-negotiated
client "${trust[@]}" "fails 0 connect-uri $uri?tls-verify-peer=yes"
client "tls-certificates $tmp/client" "tls-hostname other.example" \
  "fails 0 connect-uri $uri?tls-hostname=localhost"

serve_nbdkit unix
uri="nbds+unix:///?socket=$sock"
expect yes client "${trust[@]}" "connect-uri $uri" tls-negotiated
client "${trust[@]}" "fails 0 connect-uri $uri&tls-hostname=localhost"
