#!/bin/bash
# SPDX-License-Identifier: MIT
# All tests pass in bytecode, too, where stubs of functions with many arguments
# and of unboxed values are different.
. "${srcdir:-.}/tests/lib/functions.sh"
requires ocamlfind nbdkit
library=$builddir/bindings/ocaml
export CAML_LD_LIBRARY_PATH=$library

cp "$srcdir"/tests/lib/support.ml \
  "$srcdir"/bindings/ocaml/tests/c*/*.ml \
  "$srcdir"/bindings/ocaml/tests/{errors,handles,module}/*.ml "$tmp"
cd "$tmp"
compile=(ocamlfind ocamlc -thread -package "unix,threads.posix" -I "$library")
"${compile[@]}" -c support.ml
for source in [!s]*.ml s[!u]*.ml; do
  name=${source%.ml}
  "${compile[@]}" -linkpkg mlnbd.cma support.cmo "$source" -o "$name"
  status=0
  ocamlrun "./$name" || status=$?
  [ $status = 0 ] || [ $status = 77 ] || fail "$name in bytecode"
  echo "$name"
done
