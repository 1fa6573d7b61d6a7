#!/bin/bash
# SPDX-License-Identifier: MIT
# `make install` puts the package where findlib takes it from: its version is
# that of the interface, and native and bytecode programs that only name the
# package are compiled, linked and run.
. "${srcdir:-.}/tests/lib/functions.sh"
requires ocamlfind make

make -s install-ocaml DESTDIR="$tmp/root" >"$tmp/log" 2>&1 \
  || fail "$(cat "$tmp/log")"
meta=$(find "$tmp/root" -path '*/nbd/META')
OCAMLPATH=$(dirname "$(dirname "$meta")")
export OCAMLPATH CAML_LD_LIBRARY_PATH=$OCAMLPATH/stublibs

expect 1.24.0 ocamlfind query -format %v nbd
cat >"$tmp/program.ml" <<'END'
let () = NBD.with_handle (fun h -> print_endline (NBD.get_package_name h))
END
cd "$tmp"
ocamlfind ocamlc -package nbd -linkpkg program.ml -o bytecode
expect libnbd ./bytecode
if ocamlfind ocamlopt -version >/dev/null 2>&1; then
  # An installed library is found without this.
  ocamlfind ocamlopt -ccopt "-L$library_dir" -package nbd -linkpkg program.ml \
    -o native
  expect libnbd ./native
fi
# Nothing remembers the build tree.
! grep -r -l -F "$library_dir" "$tmp/root" --include='*.cm*' --include=META \
  || fail "these files name the build tree"
