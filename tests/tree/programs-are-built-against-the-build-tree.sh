#!/bin/bash
# SPDX-License-Identifier: MIT
# A compiler that runs outside of ./run finds the header and the library of the
# build tree with what "./run pkg-config" prints.
. "${srcdir:-.}/tests/lib/functions.sh"
read -r -a compiler <<<"${CC:-cc}"
requires "${compiler[0]}" pkg-config

# This test itself is run by ./run.
unset C_INCLUDE_PATH CPLUS_INCLUDE_PATH LIBRARY_PATH PKG_CONFIG_PATH
read -r -a flags <<<"$(./run pkg-config --cflags --libs libnbd)"
echo 'int main (void) { return 0; }' >"$tmp/empty.c"
"${compiler[@]}" "$tmp/empty.c" -o "$tmp/empty" 2>/dev/null \
  || skip "the compiler compiles nothing"
for flag in -I"$srcdir"/include -L"$library_dir"; do
  [[ " ${flags[*]} " == *" $flag "* ]] || fail "no $flag in ${flags[*]}"
done
# The library may need the run-time library of a sanitizer.
"${compiler[@]}" "$srcdir/docs/overview/first-program.c" -o "$tmp/first" \
  "${flags[@]}" -Wl,--allow-shlib-undefined \
  || fail "cannot build with ${flags[*]}"
