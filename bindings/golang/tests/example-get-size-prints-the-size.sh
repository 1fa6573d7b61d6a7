#!/bin/bash
# SPDX-License-Identifier: MIT
# get-size prints the size in bytes, or an error that says why it cannot.
. "${srcdir:-.}/tests/lib/functions.sh"
[ -z "${LIBNBD_SANITIZERS-}" ] \
  || skip "programs in Go do not load a library that has sanitizers"
requires_uris
requires_nbdkit plugin null

serve unix nbdkit -f null 20000123
expect 20000123 bindings/golang/bin/get-size "nbd+unix://?socket=$sock"
stop_server
rm "$sock"

if bindings/golang/bin/get-size "nbd+unix://?socket=$sock" 2>"$tmp/err"; then
  fail "there was no server"
fi
grep -q '^nbd_connect_uri: .*No such file or directory$' "$tmp/err"
