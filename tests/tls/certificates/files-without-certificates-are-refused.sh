#!/bin/bash
# SPDX-License-Identifier: MIT
# A file of authorities that contains none is an error, which the connecting
# call reports with the file's name.  The error must not blame the server, and
# the client must not trust everybody.  The same holds for an empty file of a
# key.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
serve_nbdkit tcp4
# refused ERRNO FILE TEXT: the error, with and without verification of the
# server.
refused ()
{
  for verify in yes no; do
    client "tls require" "tls-certificates $tmp/client" \
      "tls-verify $verify" "fails $1 connect-tcp localhost $port" \
      "says $tmp/client${2:+/$2}" "says $3"
  done
}

: >"$tmp/empty"
echo nonsense >"$tmp/nonsense"
for file in "$tmp/empty" "$tmp/nonsense" "$tmp/good-ca-key.pem"; do
  cp "$file" "$tmp/client/ca-cert.pem"
  refused EINVAL ca-cert.pem there_is_no_certificate
done

# Check the other files in the same way.
tls_trust "$tmp/client" good
for file in "$tmp/empty" "$tmp/nonsense" "$tmp/good-ca.pem"; do
  cp "$file" "$tmp/client/ca-crl.pem"
  refused 0 ca-crl.pem TLS:
  rm "$tmp/client/ca-crl.pem"
  cp "$tmp/server/server-cert.pem" "$tmp/client/client-cert.pem"
  refused ENOENT '' has_client-cert.pem_but_no_client-key.pem
  mv "$tmp/client/client-cert.pem" "$tmp/client/client-key.pem"
  refused ENOENT '' has_client-key.pem_but_no_client-cert.pem
  cp "$tmp/server/server-cert.pem" "$tmp/client/client-cert.pem"
  cp "$file" "$tmp/client/client-key.pem"
  refused 0 client-cert.pem and_client-key.pem:
  cp "$file" "$tmp/client/client-cert.pem"
  cp "$tmp/server/server-key.pem" "$tmp/client/client-key.pem"
  refused 0 client-cert.pem and_client-key.pem:
  rm "$tmp/client/client-cert.pem" "$tmp/client/client-key.pem"
done
echo alice: >"$tmp/keys.psk"
keyed "fails 0 connect-tcp localhost $port" \
  "says $tmp/keys.psk" "says key_of_user_alice:"
expect yes trusting "connect-tcp localhost $port" tls-negotiated
