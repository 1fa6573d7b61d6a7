#!/bin/bash
# SPDX-License-Identifier: MIT
# Without TLS the server shows a harmless export, and with TLS the real one.  A
# client that requires TLS gets the real one.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/tls.sh"
requires_tls
requires_nbdkit plugin pattern filter tls-fallback
requires_option nbdkit tls-psk

tls_keys "$tmp/keys.psk" alice
serve unix nbdkit -f --tls=on --tls-psk="$tmp/keys.psk" --filter=tls-fallback \
  pattern 1M
expect 512 client "connect-unix $sock" size
expect 1048576 keyed "connect-unix $sock" size
