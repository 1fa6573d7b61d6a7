#!/bin/bash
# SPDX-License-Identifier: MIT
# A certificate of a known authority proves nothing if it is for another host
# than the one that was asked for, or that tls-hostname names.
. "${srcdir:-.}/tests/tls/functions.sh"
usual_certificates
tls_certificate "$tmp/server" server good 'dns_name = other.example'

serve_nbdkit tcp4
trusting "fails 0 connect-tcp localhost $port" "says certificate"
trusting "fails 0 connect-tcp 127.0.0.1 $port" "says certificate"
expect yes trusting "tls-hostname other.example" \
  "connect-tcp localhost $port" tls-negotiated
trusting "tls-hostname another.example" \
  "fails 0 connect-tcp localhost $port" "says certificate"
