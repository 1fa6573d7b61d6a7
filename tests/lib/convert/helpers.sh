# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034  # tests use the variables that are set here
# shellcheck disable=SC2154  # functions.sh sets the directories
# Shared by the tests of what nbdconvert starts, which begin with
#   . "${srcdir:-.}/tests/lib/convert/helpers.sh"
. "${srcdir:-.}/tests/lib/copy.sh"

helpers=$builddir/convert/tests/helpers/helpers
export TMPDIR=$tmp/tmpdir
mkdir "$TMPDIR"

# web OPTION...: serve the files of $tmp/web on loopback.  Sets port, web and
# web_server.  See tests/lib/convert/web.py.
web ()
{
  local fd
  mkdir -p "$tmp/web"
  exec {fd}< <(exec "$system_python" "$srcdir/tests/lib/convert/web.py" "$@" \
                 "$tmp/web" 2>"$tmp/web.err")
  web_server=$!
  servers+=("$web_server")
  read -r port <&"$fd" || fail "cannot start a web server"
  exec {fd}<&-
  web=http://127.0.0.1:$port
}

# begin ARGUMENT...: let the helpers program start a server.  Sets sock, uri,
# helpers_pid, and the descriptors helpers_in and helpers_out.
begin ()
{
  coproc HELPERS { exec "$helpers" "$@" 2>"$tmp/stderr"; }
  helpers_pid=$!
  exec {helpers_out}<&"${HELPERS[0]}" {helpers_in}>&"${HELPERS[1]}"
  servers+=("$helpers_pid")
  read -r sock <&"$helpers_out" || fail "$* does not serve:
$(cat "$tmp/stderr")"
  uri="nbd+unix:///?socket=$sock"
}

# child: print the pid of the program's child.
child ()
{
  pgrep -P "$helpers_pid"
}

# said: print the last message of the child.
said ()
{
  local line
  echo said >&"$helpers_in"
  read -r line <&"$helpers_out"
  echo "$line"
}

# end: let the program end, and return its status.
end ()
{
  local status=0
  echo end >&"$helpers_in"
  wait "$helpers_pid" || status=$?
  unset 'servers[-1]'
  exec {helpers_in}>&- {helpers_out}<&-
  return "$status"
}

# tidy: no temporary file is left.
tidy ()
{
  expect '' ls "$TMPDIR"
}
