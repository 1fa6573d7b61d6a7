#!/bin/bash
# SPDX-License-Identifier: MIT
# A certificate of a trusted authority is refused if it is for another host
# than the one that was asked for, or that tls-hostname names.  The message
# names both hosts.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
tls_certificate "$tmp/server" server good 'dns_name = other.example'

serve_nbdkit tcp4
trusting "fails 0 connect-tcp localhost $port" "says certificate"
trusting "fails 0 connect-tcp 127.0.0.1 $port" "says certificate"
expect yes trusting "tls-hostname other.example" \
  "connect-tcp localhost $port" tls-negotiated
trusting "tls-hostname another.example" \
  "fails 0 connect-tcp localhost $port" \
  'says not_for_"another.example"_but_for_"other.example";' \
  "says nbd_set_tls_hostname" "says tls-hostname_in_a_URI"

names=()
for i in 1 2 3 4 5 6 7 8 9; do
  names+=("dns_name = host$i.example")
done
tls_certificate "$tmp/server" server good "${names[@]}"
serve_nbdkit tcp4
trusting "fails 0 connect-tcp localhost $port" \
  'says "host1.example",_"host2.example"' 'says and_perhaps_more;'
tls_certificate "$tmp/server" server good 'ip_address = 127.0.0.2' \
  'ip_address = ::1'
serve_nbdkit tcp4
trusting "fails 0 connect-tcp localhost $port" 'says for_"127.0.0.2",_"::1";'
tls_certificate "$tmp/server" server good
serve_nbdkit tcp4
trusting "fails 0 connect-tcp localhost $port" "says for_no_host_at_all"
