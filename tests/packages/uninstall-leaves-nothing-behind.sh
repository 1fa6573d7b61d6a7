#!/bin/bash -
# SPDX-License-Identifier: MIT
# "make uninstall" removes data that "make install" has installed, and also our own
# directories, but nothing that somebody else has put into them.
#
# Other tests use the build tree at the same time.  So programs and the module of
# Python, which libtool moves away while it links them again, are not installed, nor
# what is put together in the build tree first.

. "${srcdir:-.}/tests/lib/functions.sh"
requires make

# make_target TARGET...: let make do it in a root of its own.
make_target ()
{
  make -s "$@" INSTALL_TARGETS= UNINSTALL_TARGETS= DESTDIR="$tmp/root" \
    >"$tmp/log" 2>&1 || fail "$(cat "$tmp/log")"
}

left ()
{
  find "$tmp/root" ! -type d -o -type d \( -name '*nbd*' -o -name causeway \)
}

make_target installdirs install-data-am
[ "$(left | wc -l)" -gt 100 ] || fail "too little was installed: $(left)"
docs=$(find "$tmp/root" -type d -path '*/doc/causeway')
touch "$docs/notes-of-a-user"

make_target uninstall
expect "$docs
$docs/notes-of-a-user" left
