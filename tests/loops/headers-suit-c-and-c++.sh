#!/bin/bash
# SPDX-License-Identifier: MIT
# Each header for a main loop can be included alone, and causes no warning in C
# and C++, with the compiler's extensions or without.
. "${srcdir:-.}/tests/lib/functions.sh"
read -r -a compiler <<<"${CC:-cc}"
requires "${compiler[0]}" pkg-config

warnings=(-Wall -Wextra -Wpedantic -Wshadow -Wcast-qual -Werror)
tried=

# compiles NAME INCLUDED FLAG...: libnbd-NAME.h compiles without a warning, in
# each language in which INCLUDED, which it includes, is there.
compiles ()
{
  local name=$1 included=$2 language standard
  shift 2
  for standard in gnu11 c11 gnu++11 c++11; do
    language=c
    [[ $standard != *++* ]] || language=c++
    echo "#include <$included>" >"$tmp/only.$language"
    "${compiler[@]}" -fsyntax-only -std="$standard" "$@" \
      "$tmp/only.$language" 2>/dev/null \
      || continue
    echo "#include <libnbd-$name.h>" >"$tmp/program.$language"
    "${compiler[@]}" "${warnings[@]}" -fsyntax-only -std="$standard" \
      -I include -I "$srcdir/include" "$@" "$tmp/program.$language" \
      || fail "libnbd-$name.h in $standard"
    tried+=" $name"
  done
}

compiles loop errno.h
compiles ev ev.h
compiles event event2/event.h
compiles uv uv.h
read -r -a flags <<<"$(pkg-config --cflags gio-2.0 2>/dev/null \
  | sed 's/-I/-isystem /g')"
compiles glib gio/gio.h "${flags[@]}"
[ -n "$tried" ] || skip "the compiler compiles nothing"
