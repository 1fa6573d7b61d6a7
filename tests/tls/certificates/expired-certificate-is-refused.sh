#!/bin/bash
# SPDX-License-Identifier: MIT
# A certificate is accepted only from its first day to its last.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
serve_nbdkit tcp4
expect yes trusting "connect-tcp localhost $port" tls-negotiated

tls_certificate "$tmp/server" server good 'dns_name = localhost' \
  'activation_date = "2020-01-01 00:00:00"' \
  'expiration_date = "2020-02-01 00:00:00"'
serve_nbdkit tcp4
trusting "fails 0 connect-tcp localhost $port" "says certificate"

tls_certificate "$tmp/server" server good 'dns_name = localhost' \
  'activation_date = "2100-01-01 00:00:00"' \
  'expiration_date = "2100-02-01 00:00:00"'
serve_nbdkit tcp4
trusting "fails 0 connect-tcp localhost $port" "says certificate"
