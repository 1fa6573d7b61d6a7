#!/bin/bash
# SPDX-License-Identifier: MIT
# Without a directory, or with one that has no ca-cert.pem, the authorities of
# the system are asked, and they do not know ours: with a host name or without.
# The message tells who was asked, and why.
# CVE-2024-7383 was that nothing was checked then.
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
