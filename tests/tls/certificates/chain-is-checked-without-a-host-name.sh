#!/bin/bash
# SPDX-License-Identifier: MIT
# A Unix socket has no host name to look for in a certificate, but the
# authority is checked nevertheless.  A host name that was set is looked for.
# In CVE-2024-7383 the authority was not checked.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
serve_nbdkit unix
expect yes trusting "connect-unix $sock" tls-negotiated
expect yes trusting "tls-hostname localhost" "connect-unix $sock" \
  tls-negotiated
trusting "tls-hostname other.example" "fails 0 connect-unix $sock" \
  "says certificate"

tls_authority evil
tls_trust "$tmp/client" evil
trusting "fails 0 connect-unix $sock" "says certificate"
