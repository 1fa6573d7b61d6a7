#!/bin/bash
# SPDX-License-Identifier: MIT
# If the server does not support or allow the operation, no request is sent, and
# a message says what is missing.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin memory plugin eval filter nozero

refused ()
{
  local want=$1
  shift
  ! "$@" 2>"$tmp/error" || fail "not refused: $*"
  grep -q -F "$want" "$tmp/error" || fail "$(cat "$tmp/error")"
}

serve unix nbdkit -f -r memory 1M
refused 'the export is read-only' \
  discard/nbddiscard -y "nbd+unix://?socket=$sock"
serve unix nbdkit -f eval get_size='echo 1048576' pwrite='cat >/dev/null' \
  pread='head -c $3 /dev/zero'
refused 'the server does not support discarding' \
  discard/nbddiscard -y "nbd+unix://?socket=$sock"
serve unix nbdkit -f --filter=nozero memory 1M
refused 'the server does not support zeroing' \
  discard/nbddiscard -y -z "nbd+unix://?socket=$sock"
serve unix nbdkit -f --no-sr memory 1M
refused 'the server does not support block status' \
  discard/nbddiscard --check "nbd+unix://?socket=$sock"
refused 'No such file or directory' \
  discard/nbddiscard -y "nbd+unix://?socket=$tmp/missing"
