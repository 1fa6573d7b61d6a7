#!/bin/bash
# SPDX-License-Identifier: MIT
# findlib finds the package that `make install` has installed.  Its version is
# that of the interface.  Native and bytecode programs that only name the
# package are compiled, linked and run.  This also works below a prefix that
# neither the linker nor the loader know, and in the build tree.
. "${srcdir:-.}/tests/lib/functions.sh"
requires ocamlfind make
package=(-package nbd -linkpkg program.ml -o)
# Programs of users do not have the settings of ./run.
unset LIBRARY_PATH CAML_LD_LIBRARY_PATH
plain=(env -u LD_LIBRARY_PATH)
native=no
! ocamlfind ocamlopt -version >/dev/null 2>&1 || native=yes
cat >"$tmp/program.ml" <<'END'
let () = NBD.with_handle (fun h -> print_endline (NBD.get_package_name h))
END
cat >"$tmp/promises.ml" <<'END'
let () = NBD_lwt.close (NBD_lwt.create ()); print_endline "disk"
END

# install ARGUMENT...: install the package.
install ()
{
  make -s install-ocaml "$@" >"$tmp/log" 2>&1 || fail "$(cat "$tmp/log")"
}

# use COMMAND...: build programs, and run them with the command.
use ()
{
  ocamlfind ocamlc "${package[@]}" bytecode
  expect libnbd "$@" ./bytecode
  ocamlfind ocamlc -custom "${package[@]}" custom
  expect libnbd "$@" ./custom
  [ $native = yes ] || return 0
  ocamlfind ocamlopt "${package[@]}" native
  expect libnbd "$@" ./native
}

# use_lwt COMMAND...: the same with the package for Lwt, if Lwt is installed.
use_lwt ()
{
  ocamlfind query lwt.unix >/dev/null 2>&1 || return 0
  ocamlfind ocamlc -package nbd.lwt -thread -linkpkg promises.ml -o lwt-bytecode
  expect disk "$@" ./lwt-bytecode
  [ $native = yes ] || return 0
  ocamlfind ocamlopt -package nbd.lwt -thread -linkpkg promises.ml -o lwt-native
  expect disk "$@" ./lwt-native
}

install DESTDIR="$tmp/root"
install libdir="$tmp/own/lib" ocamldir="$tmp/own/lib/ocaml"
cp -P "$library_dir"/libnbd.so* "$tmp/own/lib"
# No file contains the path of the build tree or of the staging directory.
! grep -r -l -F -e "$library_dir" -e "$tmp/root" "$tmp/root" "$tmp/own/lib/ocaml" \
  --include='*.cm*' --include=META --include='*.so' \
  || fail "these files name the build tree"

cd "$tmp"
OCAMLPATH=$tmp/own/lib/ocaml
expect 1.24.0 ocamlfind query -format %v nbd
use "${plain[@]}"
use_lwt "${plain[@]}"
if [ -e "$(ocamlfind ocamlc -where)/topfind" ]; then
  printf '#use "topfind";;\n#require "nbd";;\n' | cat - program.ml >script.ml
  CAML_LD_LIBRARY_PATH=$OCAMLPATH/stublibs "${plain[@]}" ocaml script.ml >out
  [ "$(tail -n 1 out)" = libnbd ] || fail "$(cat out)"
fi
if [ $native = yes ]; then
  "${plain[@]}" ldd native >libraries
  grep -q -F "$tmp/own/lib/libnbd.so.0" libraries \
    || fail "the program uses another libnbd: $(cat libraries)"
  ocamlopt -I "$OCAMLPATH/nbd" unix.cmxa mlnbd.cmxa program.ml -o by-hand
  expect libnbd "${plain[@]}" ./by-hand
fi

OCAMLPATH=$builddir/bindings/ocaml
use env
use_lwt env
