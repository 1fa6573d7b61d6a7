#!/bin/bash
# SPDX-License-Identifier: MIT
# Without a directory, or with one that has no ca-cert.pem, the authorities of
# the system are used, and they did not sign our certificates, with a host name
# or without.  The message says which authorities were used, and why.  In
# CVE-2024-7383 nothing was checked in this case.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
mkdir "$tmp/empty"
for kind in tcp4 unix; do
  serve_nbdkit "$kind"
  connect="connect-tcp localhost $port"
  [ $kind = tcp4 ] || connect="connect-unix $sock"
  expect yes trusting "$connect" tls-negotiated
  client "tls require" "fails 0 $connect" "says certificate" \
    "says no_directory_with_certificates_was_set_or_found"
  client "tls require" "tls-certificates $tmp/empty" "fails 0 $connect" \
    "says certificate" "says $tmp/empty,_has_no_ca-cert.pem"
  client "tls require" "tls-certificates $tmp/absent" "fails 0 $connect" \
    "says certificate" "says $tmp/absent,_does_not_exist"
done
