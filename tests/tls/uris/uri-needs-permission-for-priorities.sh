#!/bin/bash
# SPDX-License-Identifier: MIT
# A priority string in a URI is refused without permission, because it could
# weaken the connection.
. "${srcdir:-.}/tests/lib/tls.sh"
requires_uris
requires_tls
tls_keys "$tmp/keys.psk" alice
serve_nbdkit_keys "$tmp/keys.psk"
keys="tls-psk-file $tmp/keys.psk"
uri="nbds+unix://alice@/?socket=$sock&tls-priority="
client "$keys" "fails EPERM connect-uri ${uri}NORMAL"
expect yes client "$keys" "uri-tls-priority yes" \
  "connect-uri ${uri}NORMAL:-VERS-ALL:%2BVERS-TLS1.2" tls-negotiated
client "$keys" "uri-tls-priority yes" "fails any connect-uri ${uri}NONSENSE"
