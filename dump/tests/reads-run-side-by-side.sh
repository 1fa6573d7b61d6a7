#!/bin/bash -
# SPDX-License-Identifier: MIT
# Several reads are in flight at a time: the second begins before the first has
# ended.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin pattern filter log filter delay

"$builddir/dump/nbddump" [ nbdkit --filter=log --filter=delay pattern 8M \
  logfile="$tmp/log" delay-read=100ms ] >"$tmp/out"
lines=$(grep -oE '(\.\.\.)?Read ' "$tmp/log" | head -4 | tr -d '\n')
case $lines in
  "Read Read "*) ;;
  *) fail "reads ran one by one: $lines" ;;
esac
[ "$(wc -l <"$tmp/out")" -eq 524288 ] || fail "rows are missing"
