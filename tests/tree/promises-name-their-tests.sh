#!/bin/bash
# SPDX-License-Identifier: MIT
# Each test that SECURITY.md names exists and is run.  libnbd-security(3) names
# the same tests, and libnbd(3) refers to it.
. "${srcdir:-.}/tests/lib/functions.sh"

names ()
{
  grep -o '\([a-z]\+/\)*tests/[a-z0-9/-]*[a-z0-9/]\(README.md\)\?' \
    | sort -u
}

names <"$srcdir/SECURITY.md" | grep -v README.md >"$tmp/names"
count=0
while IFS= read -r name; do
  count=$((count + 1))
  case $name in
    tests/wire/player | tests/wire/) continue ;;
  esac
  for kind in .c .sh .py none; do
    [ ! -e "$srcdir/$name$kind" ] || break
  done
  [ "$kind" != none ] || fail "there is no $name"
  listed=${name}${kind%.c}
  grep -q -r --include=local.mk "^[[:space:]]$listed\( \\\\\)\?$" \
    "$srcdir/tests" "$srcdir/bindings" "$srcdir/copy" "$srcdir/convert" \
    || fail "$listed is in no list of tests"
done <"$tmp/names"
[ "$count" -gt 40 ] || fail "only $count tests are named"

sed 's/\\-/-/g' "$srcdir/docs/security/libnbd-security.3" | names >"$tmp/page"
diff "$tmp/names" "$tmp/page" || fail "SECURITY.md and the page differ"
grep -q 'libnbd.\?-security' "$srcdir/docs/libnbd.3" \
  || fail "libnbd(3) does not mention libnbd-security(3)"
