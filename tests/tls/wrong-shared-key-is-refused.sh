#!/bin/bash
# SPDX-License-Identifier: MIT
# The user is known to both sides, but the keys differ.
. "${srcdir:-.}/tests/tls/functions.sh"
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
keyed "fails 0 connect-unix $sock"
keyed "tls-priority NORMAL:-VERS-ALL:+VERS-TLS1.2" \
  "fails 0 connect-unix $sock"
