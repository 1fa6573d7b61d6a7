#!/bin/bash -
# SPDX-License-Identifier: MIT
# "make uninstall" removes all that "make install" has installed, and also our own
# directories, but nothing that somebody else has put into them.

. "${srcdir:-.}/tests/lib/functions.sh"
requires make

# make_target TARGET...: let make do it in a root of its own.
make_target ()
{
  make -s "$@" DESTDIR="$tmp/root" >"$tmp/log" 2>&1 || fail "$(cat "$tmp/log")"
}

left ()
{
  find "$tmp/root" ! -type d -o -type d \( -name '*nbd*' -o -name causeway \)
}

# This is "make install" without building, which a test must not do.
make_target install-exec-am install-data-am
[ "$(left | wc -l)" -gt 100 ] || fail "too little was installed: $(left)"
docs=$(find "$tmp/root" -type d -path '*/doc/causeway')
touch "$docs/notes-of-a-user"

make_target uninstall
expect "$docs
$docs/notes-of-a-user" left
