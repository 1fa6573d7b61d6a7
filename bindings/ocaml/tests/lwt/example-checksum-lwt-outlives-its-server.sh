#!/bin/bash
# SPDX-License-Identifier: MIT
# The example for Lwt reads the whole export, even if the server is killed in
# the middle and comes back.  Without a server it says why it fails.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
requires_outliving
example=bindings/ocaml/examples/checksum_lwt

random_file "$tmp/disk" 5000123
serve unix nbdkit -f -r file "$tmp/disk"
want=$(bindings/ocaml/examples/select_loop "nbd+unix://?socket=$sock")
expect "$want" "$example" "nbd+unix://?socket=$sock"
outlives "$tmp/disk" "$example" "nbd+unix://?socket=SOCKET&$stays" >"$tmp/out"
expect "$want" cat "$tmp/out"

! "$example" "nbd+unix://?socket=$tmp/missing" 2>"$tmp/err" \
  || fail "it read from a server that is not there"
grep -q '^checksum_lwt: nbd_' "$tmp/err" || fail "$(cat "$tmp/err")"
