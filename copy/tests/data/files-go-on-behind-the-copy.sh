#!/bin/bash
# SPDX-License-Identifier: MIT
# If standard input or output is a file, the next program that uses it goes on
# behind what was copied.
. "${srcdir:-.}/tests/lib/copy.sh"

random_file "$tmp/data" 700k
truncate -s 1M "$tmp/data"
random_file "$tmp/more" 100k

{
  "$nbdcopy" "$tmp/data" -
  "$nbdcopy" "$tmp/more" -
  echo end
} >"$tmp/out"
same <(cat "$tmp/data" "$tmp/more"; echo end) "$tmp/out"

{
  "$nbdcopy" --length=300k - "$tmp/first"
  "$nbdcopy" - "$tmp/second"
} <"$tmp/data"
same <(cat "$tmp/first" "$tmp/second") "$tmp/data"
[ "$(wc -c <"$tmp/first")" = 307200 ] || fail "the first part has another length"
