#!/bin/bash
# SPDX-License-Identifier: MIT
# On a processor with AES instructions, AES-GCM is by far the fastest.  So the
# default priority must choose it with the usual servers.
. "${srcdir:-.}/tests/lib/tls.sh"
usual_certificates
grep -m 1 '^flags' /proc/cpuinfo | grep -qw aes \
  || skip "this processor has no AES instructions"
tls_keys "$tmp/keys.psk" alice

# uses_aes CLIENT...: the client's debug output shows AES-GCM.
uses_aes ()
{
  LIBNBD_DEBUG=1 "$@" 2>"$tmp/debug"
  grep -q 'AES-[0-9]*-GCM' "$tmp/debug" \
    || fail "$(grep -i cipher "$tmp/debug" || cat "$tmp/debug")"
}

serve_nbdkit unix
uses_aes trusting "connect-unix $sock" shutdown
serve_nbdkit_keys "$tmp/keys.psk"
uses_aes keyed "connect-unix $sock" shutdown
command -v qemu-nbd >/dev/null || exit 0
random_file "$tmp/disk" 1M
serve unix qemu-nbd -t -f raw -r --tls-creds tls "$tmp/disk" --object \
  "tls-creds-x509,id=tls,endpoint=server,dir=$tmp/server,verify-peer=no"
uses_aes trusting "connect-unix $sock" shutdown
