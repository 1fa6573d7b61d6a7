#!/bin/bash -
# SPDX-License-Identifier: MIT
# The client of the benchmark reads what was written, as often as it was told
# to.
. "${srcdir:-.}/tests/lib/functions.sh"

[ -x bench/ram-server ] || skip "the benchmark's server was not built"
serve_ram ()
{
  exec {fd}< <(exec bench/ram-server --socket "$tmp/ram.sock")
  servers+=("$!")
  local line
  read -r line <&"$fd"
  [ "$line" = ready ] || fail "the server did not start"
}
serve_ram

read_some ()
{
  bench/clients/client-rust --socket "$tmp/ram.sock" --case read "$@"
}

got=$(read_some --requests 1000 --depth 64 --verify)
case $got in
  '{"case": "read", "requests": 1000, "wall": '*'}') ;;
  *) fail "no result: $got" ;;
esac
! read_some 2>/dev/null || fail "neither --requests nor --seconds is an error"
