#!/bin/bash
# SPDX-License-Identifier: MIT
# The library can be used from the toplevel, as libnbd-ocaml(3) says.
. "${srcdir:-.}/tests/lib/functions.sh"
requires ocaml ocamlfind nbdkit
library=$builddir/bindings/ocaml
export CAML_LD_LIBRARY_PATH=$library
export OCAMLPATH=$library

cat >"$tmp/program" <<'END'
NBD.with_handle (fun h ->
  NBD.connect_command h ["nbdkit"; "-s"; "--exit-with-parent"; "null"; "5M"];
  Printf.printf "size %Ld\n" (NBD.get_size h));;
END

# works FILE: check the file, which is the beginning of a script.
works ()
{
  cat "$1" "$tmp/program" >"$tmp/script.ml"
  ocaml "$tmp/script.ml" >"$tmp/out" 2>&1 || fail "$(cat "$tmp/out")"
  grep -q -x 'size 5242880' "$tmp/out" || fail "$(cat "$tmp/out")"
}

cat >"$tmp/alone" <<END
#load "unix.cma";;
#directory "$library";;
#load "mlnbd.cma";;
END
works "$tmp/alone"

if [ -e "$(ocamlfind ocamlc -where)/topfind" ]; then
  printf '#use "topfind";;\n#require "nbd";;\n' >"$tmp/by-findlib"
  works "$tmp/by-findlib"
fi
