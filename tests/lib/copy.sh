# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034  # tests use the variables that are set here
# Shared by the tests of nbdcopy, which begin with
#   . "${srcdir:-.}/tests/lib/copy.sh"
. "${srcdir:-.}/tests/lib/functions.sh"

nbdcopy=$builddir/copy/nbdcopy
requires_uris

# serve_uri COMMAND...: start a server on a socket.  Sets uri.
serve_uri ()
{
  serve unix "$@"
  uri="nbd+unix:///?socket=$sock"
}

# refuses TEXT COMMAND...: the command exits with 1 and a message with TEXT.
refuses ()
{
  local text=$1 status=0
  shift
  "$@" >"$tmp/stdout" 2>"$tmp/stderr" || status=$?
  [ "$status" = 1 ] || fail "exit status $status instead of 1: $*
$(cat "$tmp/stderr")"
  grep -q -e "$text" "$tmp/stderr" || fail "no \"$text\" from: $*
$(cat "$tmp/stderr")"
}

# allocated_kib FILE: print how many KiB of the file are allocated.
allocated_kib ()
{
  du -k "$1" | cut -f 1
}
