#!/bin/bash
# SPDX-License-Identifier: MIT
# nbd-server serves with certificates.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
requires nbd-server
random_file "$tmp/disk" 2M
random_file "$tmp/new" 1M
cat >"$tmp/config" <<END
[generic]
  port = 0
  cacertfile = $tmp/server/ca-cert.pem
  certfile = $tmp/server/server-cert.pem
  keyfile = $tmp/server/server-key.pem
  force_tls = true
[work]
  exportname = $tmp/disk
  flush = true
END
connect="connect-command nbd-server -d -C $tmp/config"
tls_certificate "$tmp/client" client good
work=("export work" "tls-hostname localhost")
expect yes trusting "${work[@]}" "$connect" tls-negotiated "copy $tmp/out" \
  "write 512K 1M $tmp/new -" flush shutdown
cmp -n 524288 "$tmp/out" "$tmp/disk"
cmp -i 0:524288 -n 1048576 "$tmp/new" "$tmp/disk"
client "export work" "fails any $connect"
