#!/bin/bash
# SPDX-License-Identifier: MIT
# With one descriptor for Unix.select, the whole export is read although the
# server is killed and started again.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
requires_outliving

random_file "$tmp/disk" 5000123
serve unix nbdkit -f -r file "$tmp/disk"
want=$(bindings/ocaml/examples/select_loop "nbd+unix://?socket=$sock")
outlives "$tmp/disk" \
  bindings/ocaml/examples/select_loop "nbd+unix://?socket=SOCKET&$stays" >"$tmp/out"
expect "$want" cat "$tmp/out"
