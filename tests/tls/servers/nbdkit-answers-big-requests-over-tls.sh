#!/bin/bash
# SPDX-License-Identifier: MIT
# nbdkit answers requests of about a record, of many records, and of the
# largest size, and each byte is in its place.
. "${srcdir:-.}/tests/lib/tls.sh"
requires_tls
requires_nbdkit plugin pattern
tls_keys "$tmp/keys.psk" alice
serve unix nbdkit -f --tls=require --tls-psk="$tmp/keys.psk" pattern 1G
keyed "connect-unix $sock" "pattern 8 16K" "pattern 0 16369" \
  "pattern 3 16383" "pattern 1000000 1M" "pattern 4096 64M" shutdown
