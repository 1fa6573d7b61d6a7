#!/bin/bash
# SPDX-License-Identifier: MIT
# A server that is addressed by a number must have that number as an IP address
# in its certificate.  A host name with the same digits does not count, and the
# other way round.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
tls_certificate "$tmp/server" server good 'ip_address = 127.0.0.1'
serve_nbdkit tcp4
expect yes trusting "connect-tcp 127.0.0.1 $port" tls-negotiated
trusting "fails 0 connect-tcp localhost $port" "says certificate"
expect yes trusting "tls-hostname 127.0.0.1" "connect-tcp localhost $port" \
  tls-negotiated

tls_certificate "$tmp/server" server good 'dns_name = localhost'
serve_nbdkit tcp4
expect yes trusting "connect-tcp localhost $port" tls-negotiated
trusting "fails 0 connect-tcp 127.0.0.1 $port" "says certificate"

tls_certificate "$tmp/server" server good 'ip_address = ::1'
serve_nbdkit tcp6
expect yes trusting "connect-tcp ::1 $port" tls-negotiated
# The zone of an address has a meaning only on this machine.
expect yes trusting "tls-hostname ::1%lo" "connect-tcp ::1 $port" \
  tls-negotiated
trusting "tls-hostname ::2%lo" "fails 0 connect-tcp ::1 $port" \
  "says certificate"
