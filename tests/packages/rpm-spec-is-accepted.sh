#!/bin/bash
# SPDX-License-Identifier: MIT
# rpm accepts the spec file, whichever parts are left out, and rpmlint finds
# nothing wrong with it.

. "${srcdir:-.}/tests/lib/functions.sh"
requires rpmspec

spec=$srcdir/packaging/rpm/libnbd.spec
for without in "" "--without node" "--without ocaml"; do
  # shellcheck disable=SC2086  # two words
  rpmspec -P $without "$spec" >"$tmp/parsed"
  grep -q '^%files -n nbdconvert' "$tmp/parsed" || fail "no nbdconvert"
done
requires rpmlint
unset PYTHONPATH
rpmlint -c "$srcdir/packaging/rpm/rpmlint.toml" "$spec" >"$tmp/said" 2>&1 || :
grep -q ' 0 errors, 0 warnings' "$tmp/said" || fail "$(cat "$tmp/said")"
