#!/bin/bash
# SPDX-License-Identifier: MIT
# The help fits on any terminal: 24 lines of 80 columns.
. "${srcdir:-.}/tests/lib/convert/convert.sh"

"$nbdconvert" --help >"$tmp/help"
[ "$(wc -l <"$tmp/help")" -le 24 ] || fail "$(wc -l <"$tmp/help") lines"
! grep -E '.{81}' "$tmp/help" || fail "these lines are too long"
