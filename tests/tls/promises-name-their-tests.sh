#!/bin/bash
# SPDX-License-Identifier: MIT
# Each test that SECURITY.md names is there and is run.
. "${srcdir:-.}/tests/lib/functions.sh"

count=0
while IFS= read -r name; do
  count=$((count + 1))
  case $name in
    tests/wire/README.md | tests/wire/player | tests/wire/) continue ;;
  esac
  kind=.c
  [ -e "$srcdir/$name.c" ] || kind=.sh
  [ -e "$srcdir/$name$kind" ] || fail "there is no $name"
  listed=${name}${kind%.c}
  grep -q -r --include=local.mk "^[[:space:]]$listed\( \\\\\)\?$" "$srcdir/tests" \
    || fail "$listed is in no list of tests"
done < <(grep -o 'tests/[a-z0-9/-]*[a-z0-9/]\(README.md\)\?' \
           "$srcdir/SECURITY.md" | sort -u)
[ "$count" -gt 40 ] || fail "only $count tests are named"
