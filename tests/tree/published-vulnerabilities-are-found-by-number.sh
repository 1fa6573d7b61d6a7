#!/bin/bash
# SPDX-License-Identifier: MIT
# A reader who searches the sources for the number of a published vulnerability
# finds the tests.  Each test that a row of SECURITY.md names has a number of
# the row in its first 30 lines, and each number in a test is in a row.
. "${srcdir:-.}/tests/lib/functions.sh"

# source_of NAME: print the file of a test.
source_of ()
{
  local kind
  for kind in .c .sh .py ""; do
    if [ -f "$srcdir/$1$kind" ]; then
      echo "$srcdir/$1$kind"
      return
    fi
  done
  fail "there is no $1"
}

rows=0
while IFS='|' read -r _ what _ _ tests _; do
  numbers=$(grep -o 'CVE-[0-9]*-[0-9]*' <<<"$what") || continue
  rows=$((rows + 1))
  found=0
  while IFS= read -r test; do
    head -30 "$(source_of "$test")" >"$tmp/head"
    # A row may be about several numbers, a test about one of them.
    if grep -q -w -F "$numbers" "$tmp/head"; then
      grep -o -w -F "$numbers" "$tmp/head" >>"$tmp/named"
      found=$((found + 1))
    else
      fail "$test does not name ${numbers//$'\n'/ or }"
    fi
  done < <(grep -o '`[a-z/0-9-]*`' <<<"$tests" | tr -d '`')
  [ "$found" -gt 0 ] || fail "no test for $numbers"
  for number in $numbers; do
    grep -q -x -F "$number" "$tmp/named" || fail "no test names $number"
  done
done < <(grep '^|' "$srcdir/SECURITY.md")
[ "$rows" -gt 15 ] || fail "only $rows rows have a number"

grep -r -o -h --include='*.[ch]' --include='*.sh' --include='*.py' \
  'CVE-[0-9]\+-[0-9]\+' "$srcdir"/tests "$srcdir"/*/tests "$srcdir"/bindings \
  | sort -u >"$tmp/numbers"
while IFS= read -r number; do
  grep -q "^| .*$number.* |" "$srcdir/SECURITY.md" \
    || fail "SECURITY.md has no row for $number"
done <"$tmp/numbers"
