#!/bin/bash
# SPDX-License-Identifier: MIT
# A scheme with TLS requires TLS, whatever was set before.  A scheme without
# TLS does not change the level.  A program can insist on either.
. "${srcdir:-.}/tests/lib/tls.sh"
requires_uris
usual_certificates
requires_nbdkit plugin memory
serve tcp4 nbdkit -f --tls=off memory 1M
uri=localhost:$port
expect no client "connect-uri nbd://$uri" tls-negotiated
client "fails ENOTSUP connect-uri nbds://$uri"
client "tls allow" "fails ENOTSUP connect-uri nbds://$uri"
client "tls disable" "fails ENOTSUP connect-uri nbds://$uri?tls-verify-peer=0"
client "tls require" "fails ENOTSUP connect-uri nbd://$uri"

client "uri-tls require" "fails EPERM connect-uri nbd://$uri"
client "uri-tls disable" "fails EPERM connect-uri nbds://$uri"
expect no client "uri-tls allow" "connect-uri nbd://$uri" tls-negotiated
