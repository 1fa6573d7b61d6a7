#!/bin/bash
# SPDX-License-Identifier: MIT
# Debug output, errors and URIs contain no part of a private key or of a
# pre-shared key, neither when all goes well nor when the key is wrong.
. "${srcdir:-.}/tests/lib/tls.sh"
requires_uris
usual_certificates
tls_certificate "$tmp/client" client good
tls_keys "$tmp/keys.psk" alice

# Pieces of the keys, one on each line.
{
  grep -v -e '-----' "$tmp/client/client-key.pem" | fold -w 16
  sed 's/.*://' "$tmp/keys.psk" | fold -w 16
} | grep '................' >"$tmp/pieces"
[ "$(wc -l <"$tmp/pieces")" -gt 10 ] || fail "the keys are too short"
log ()
{
  cat >>"$tmp/log"
}

export LIBNBD_DEBUG=1
serve_nbdkit tcp4 --tls-verify-peer
trusting "connect-tcp localhost $port" get-uri shutdown 2>&1 | log
grep -q 'TLS1' "$tmp/log" || fail "no session was described"
grep -q "tls-certificates=$tmp/client" "$tmp/log" || fail "no URI was printed"

# A key for another certificate, and a damaged key.
new_key "$tmp/other-key.pem"
cp "$tmp/client/client-key.pem" "$tmp/key"
cp "$tmp/other-key.pem" "$tmp/client/client-key.pem"
grep -v -e '-----' "$tmp/other-key.pem" | fold -w 16 \
  | grep '................' >>"$tmp/pieces"
trusting "fails any connect-tcp localhost $port" "says client-cert.pem" \
  2>&1 | log
sed '3s/./!/' "$tmp/key" >"$tmp/client/client-key.pem"
trusting "fails any connect-tcp localhost $port" "says client-cert.pem" \
  2>&1 | log

serve_nbdkit_keys "$tmp/keys.psk"
keyed "connect-unix $sock" get-uri shutdown 2>&1 | log
# A key that is not hexadecimal, and a key of another user.
sed -i 's/$/x/' "$tmp/keys.psk"
keyed "fails any connect-unix $sock" "says PSK" 2>&1 | log
keyed "tls-username bob" "fails EINVAL connect-unix $sock" "says bob" \
  2>&1 | log

! grep -F -f "$tmp/pieces" "$tmp/log" || fail "a key was shown"
head -n 1 "$tmp/pieces" | grep -q -F -f "$tmp/pieces" \
  || fail "the pieces cannot be found"
