#!/bin/bash
# SPDX-License-Identifier: MIT
# The URI that get_uri prints connects to the same server with the same
# settings, and contains no key.
. "${srcdir:-.}/tests/lib/tls.sh"
requires_uris
usual_certificates
tls_keys "$tmp/keys.psk" alice
key=$(sed 's/.*://' "$tmp/keys.psk")
back=("uri-local-file yes" "uri-tls-priority yes")

serve_nbdkit tcp4
uri=$(trusting "connect-tcp localhost $port" get-uri)
case $uri in nbds://*) ;; *) fail "$uri" ;; esac
expect yes client "${back[@]}" "connect-uri $uri" tls-negotiated

# If TLS was only allowed but is in use, the URI keeps it.
uri=$(client "tls allow" "tls-certificates $tmp/client" \
        "connect-tcp localhost $port" get-uri)
expect yes client "${back[@]}" "connect-uri $uri" tls-negotiated

tls_certificate "$tmp/server" server good 'dns_name = other.example'
serve_nbdkit unix
for set in "tls-verify no" "tls-hostname other.example"; do
  uri=$(trusting "$set" "connect-unix $sock" get-uri)
  expect "$uri" client "${back[@]}" "connect-uri $uri" get-uri
done

serve_nbdkit_keys "$tmp/keys.psk"
uri=$(keyed "connect-unix $sock" get-uri)
expect yes client "${back[@]}" "connect-uri $uri" tls-negotiated
case $uri in *"$key"*) fail "$uri" ;; esac
