#!/bin/bash
# SPDX-License-Identifier: MIT
# A user whom the server does not know is refused, whatever the key.
. "${srcdir:-.}/tests/lib/tls.sh"
requires_tls
tls_keys "$tmp/keys.psk" alice mallory
grep alice "$tmp/keys.psk" >"$tmp/server.psk"
serve_nbdkit_keys "$tmp/server.psk"
expect yes keyed "connect-unix $sock" tls-negotiated
keyed "tls-username mallory" "fails any connect-unix $sock" \
  'says the_server_may_not_know_the_user_"mallory"'
usual_certificates
trusting "fails any connect-unix $sock" "says may_want_a_shared_key"
