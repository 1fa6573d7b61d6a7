#!/bin/bash
# SPDX-License-Identifier: MIT
# The programs in libnbd-ocaml(3) compile and work as the page says, and groff
# accepts the page.
. "${srcdir:-.}/tests/lib/functions.sh"
requires ocamlfind nbdkit
page=$srcdir/bindings/ocaml/libnbd-ocaml.3

if command -v groff >/dev/null; then
  groff -man -Tutf8 -ww "$page" 2>"$tmp/err" >/dev/null
  [ ! -s "$tmp/err" ] || fail "$(cat "$tmp/err")"
fi

# example WORDS: print the example with these words, between .nf and .fi,
# without the escapes of roff.
example ()
{
  sed 's/\\-/-/g; s/\\e/\\/g; s/\\&//g' "$page" \
    | awk -v words="$1" -v RS='\n[.]fi\n' '
        sub (/.*\n[.]nf\n/, "") && index ($0, words)'
}

example 'NBD.with_handle' >"$tmp/size.ml"
example 'Lwt_main.run (main' >"$tmp/ends.ml"
cd "$tmp"
library=$builddir/bindings/ocaml
export CAML_LD_LIBRARY_PATH=$library OCAMLPATH=$library
ocamlfind ocamlc -package nbd -linkpkg size.ml -o size
expect '1048576 bytes
both are the same' ./size nbdkit -s --exit-with-parent memory 1M

ocamlfind query lwt.unix >/dev/null 2>&1 || exit 0
ocamlfind ocamlc -thread -package nbd.lwt -linkpkg ends.ml -o ends
serve unix nbdkit -f memory 1M
expect true ./ends "nbd+unix://?socket=$sock"
