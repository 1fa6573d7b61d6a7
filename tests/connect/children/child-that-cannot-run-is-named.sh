#!/bin/bash
# SPDX-License-Identifier: MIT
# If a program cannot be started, the error names it and gives the reason.
. "${srcdir:-.}/tests/lib/functions.sh"

echo >"$tmp/not-executable"
mkdir "$tmp/directory"
printf '#!/no/such/interpreter\n' >"$tmp/script"
chmod 755 "$tmp/script"
for how in command activate; do
  client "fails ENOENT connect-$how no-such-server-anywhere" \
    "says no-such-server-anywhere" 2>"$tmp/err"
  client "fails ENOENT connect-$how $tmp/no/such" "says $tmp/no/such"
  client "fails EACCES connect-$how $tmp/not-executable -v" \
    "says $tmp/not-executable"
  client "fails EACCES connect-$how $tmp/directory" "says $tmp/directory"
  client "fails ENOENT connect-$how $tmp/script" "says $tmp/script"
  # The library prints nothing: only its caller gets the error.
  [ ! -s "$tmp/err" ] || fail "$(cat "$tmp/err")"
done
