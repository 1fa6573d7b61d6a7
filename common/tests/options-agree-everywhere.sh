#!/bin/bash -
# SPDX-License-Identifier: MIT
# The manual page of a tool describes all options that the tool lists for
# completion, and its help shows no others.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/tools.sh"

# The options in a text, one per line.
options_in ()
{
  grep -oE -e '(^|[^-[:alnum:]])--?[[:alpha:]][[:alnum:]-]*' \
    | sed 's/^[^-]//' | grep -xE -e '--[[:alnum:]-]+|-[[:alpha:]]' | sort -u
}

# The page from the options on, without markup and examples.
page ()
{
  awk '/^\.SH/ { on = on || $2 == "OPTIONS"; example = $2 == "EXAMPLES" }
       on && !example' "$1" \
    | sed -e 's/\\f[BIRP]//g' -e 's/\\-/-/g' -e 's/\\&//g'
}

while read -r name tool manual; do
  "$tool" --long-options >"$tmp/long"
  "$tool" --short-options >"$tmp/short"
  sort -u "$tmp/long" "$tmp/short" >"$tmp/listed"
  [ -s "$tmp/long" ] || fail "$name lists no long options"
  "$tool" --help >"$tmp/help" || fail "$name --help failed"
  sed -n '/^[Oo]ptions:/,/^[Ee]xamples:/p' "$tmp/help" | options_in >"$tmp/shown"
  page "$manual" | options_in >"$tmp/described"

  missing=$(comm -23 "$tmp/listed" "$tmp/described")
  [ -z "$missing" ] || fail "$name(1) does not describe $missing"
  unknown=$(comm -23 "$tmp/shown" "$tmp/listed" | grep -vx -e --help -e -h || :)
  [ -z "$unknown" ] || fail "$name --help shows $unknown"
done < <(tools)
