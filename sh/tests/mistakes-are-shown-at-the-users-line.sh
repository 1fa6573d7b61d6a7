#!/bin/bash -
# SPDX-License-Identifier: MIT
# The traceback of a call that is wrong or fails ends at the user's line:
# neither it nor that of an earlier exception shows the shell's own files.
# With LIBNBD_DEBUG=1 they are shown.
. "${srcdir:-.}/tests/lib/nbdsh.sh"

# says LINE TEXT: LINE, typed into the shell or given with -c, fails with TEXT,
# which names the method that was called.
says ()
{
  local line=$1 text=$2 shell
  for shell in nbdsh module; do
    "$shell" <<<"$line" >/dev/null 2>"$tmp/err" || fail "$shell: status $?"
    printf '  File "<console>", line 1, in <module>\n%s\n' "$text" >"$tmp/want"
    sed -n '/  File "/,$p' "$tmp/err" | sed '/^$/d' >"$tmp/typed"
    diff "$tmp/want" "$tmp/typed" || fail "$shell, typed: $line"
    ! "$shell" -c "$line" 2>"$tmp/err" || fail "$shell -c: $line"
    printf 'Traceback (most recent call last):
  File "<command line>", line 1, in <module>\n%s\n' "$text" >"$tmp/want"
    diff "$tmp/want" "$tmp/err" || fail "$shell -c: $line"
  done
}

says 'h.pread(1)' \
  "TypeError: NBD.pread() missing 1 required positional argument: 'offset'"
says 'h.pread(1, "x")' "TypeError: NBD.pread: offset must be int, not str"
says 'h.pwrite(3, 0)' "TypeError: a bytes-like object is required, not 'int'"
says 'h.connect_uri()' \
  "TypeError: NBD.connect_uri() missing 1 required positional argument: 'uri'"
says 'h.opt_list(3)' "TypeError: NBD.opt_list: list must be callable, not int"
says 'h.set_opt_mode()' \
  "TypeError: NBD.set_opt_mode() missing 1 required positional argument: 'enable'"
says '1 / 0' "ZeroDivisionError: division by zero"

# The earlier exception is shown, too.
nbdsh >/dev/null 2>"$tmp/err" <<'END'
try:
  h.get_size()
except nbd.Error:
  h.pread()

END
[ "$(grep -c '  File ' "$tmp/err")" -eq 2 ] || fail "$(cat "$tmp/err")"
grep -q '^nbd.Error: nbd_get_size: ' "$tmp/err" || fail "$(cat "$tmp/err")"

! nbdsh -c 'x x' 2>"$tmp/err" || fail "no syntax error"
expect '  File "<command line>", line 1' grep ' File ' "$tmp/err"
! LIBNBD_DEBUG=1 nbdsh -c 'h.pread(1)' 2>"$tmp/err" || fail "LIBNBD_DEBUG"
grep -q nbdsh_handle.py "$tmp/err" || fail "LIBNBD_DEBUG=1: $(cat "$tmp/err")"
