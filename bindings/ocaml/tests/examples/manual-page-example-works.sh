#!/bin/bash
# SPDX-License-Identifier: MIT
# The program in libnbd-ocaml(3) compiles as the page says and does what the
# page says, and groff has nothing against the page.
. "${srcdir:-.}/tests/lib/functions.sh"
requires ocamlfind nbdkit
page=$srcdir/bindings/ocaml/libnbd-ocaml.3

if command -v groff >/dev/null; then
  groff -man -Tutf8 -ww "$page" 2>"$tmp/err" >/dev/null
  [ ! -s "$tmp/err" ] || fail "$(cat "$tmp/err")"
fi

# The first example is the program, between .nf and .fi, escaped for roff.
sed -n '/^\.nf/,/^\.fi/{/^\.nf/d;/^\.fi/q;p}' "$page" \
  | sed 's/\\-/-/g; s/\\e/\\/g; s/\\&//g' >"$tmp/size.ml"
grep -q 'with_handle' "$tmp/size.ml" || fail "there is no program in the page"
cd "$tmp"
library=$builddir/bindings/ocaml
export CAML_LD_LIBRARY_PATH=$library OCAMLPATH=$library
ocamlfind ocamlc -package nbd -linkpkg size.ml -o size
expect '1048576 bytes
both are the same' ./size nbdkit -s --exit-with-parent memory 1M
