#!/bin/bash
# SPDX-License-Identifier: MIT
# If a program cannot be started, the error names it and gives the reason.
. "${srcdir:-.}/tests/lib/functions.sh"

echo >"$tmp/not-executable"
mkdir "$tmp/directory"
printf '#!/no/such/interpreter\n' >"$tmp/script"
chmod 755 "$tmp/script"
# refused ERRNO PROGRAM [ARGUMENT]: it cannot be started in either way.  The
# library prints nothing: only its caller gets the error.
refused ()
{
  local how
  for how in command activate; do
    client "fails $1 connect-$how ${*:2}" "says $2" 2>"$tmp/err" \
      || fail "$how $2: $(cat "$tmp/err")"
    [ ! -s "$tmp/err" ] || fail "$how $2: $(cat "$tmp/err")"
  done
}

refused ENOENT no-such-server-anywhere
refused ENOENT "$tmp/no/such"
refused EACCES "$tmp/not-executable" -v
refused EACCES "$tmp/directory"
refused ENOENT "$tmp/script"
