#!/bin/bash
# SPDX-License-Identifier: MIT
# The connection is refused if client and server know the user but have
# different keys.  Servers do not say so: the message lists the possible
# causes, also for a server that wants certificates.
. "${srcdir:-.}/tests/lib/tls.sh"
requires_tls
tls_keys "$tmp/keys.psk" alice
serve_nbdkit_keys "$tmp/keys.psk"
expect yes keyed "connect-unix $sock" tls-negotiated
expect yes keyed "tls-priority NORMAL:-VERS-ALL:+VERS-TLS1.2" \
  "connect-unix $sock" tls-negotiated

tls_keys "$tmp/keys.psk.new" alice
mv "$tmp/keys.psk.new" "$tmp/keys.psk"
tls_keys "$tmp/server.psk" alice
serve_nbdkit_keys "$tmp/server.psk"
refused=("fails any connect-unix $sock"
  'says the_server_may_not_know_the_user_"alice"'
  "says another_key_for_this_user_than_$tmp/keys.psk")
keyed "${refused[@]}"
keyed "tls-priority NORMAL:-VERS-ALL:+VERS-TLS1.2" "${refused[@]}"

usual_certificates
serve_nbdkit unix
keyed "fails any connect-unix $sock" "says server_uses_certificates"
keyed "tls-priority NORMAL:-VERS-ALL:+VERS-TLS1.2" \
  "fails any connect-unix $sock" "says want_certificates"
