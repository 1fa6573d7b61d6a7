#!/bin/bash
# SPDX-License-Identifier: MIT
# The library reports what the server says about several connections.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory filter multi-conn

for mode in disable plugin emulate; do
  serve unix nbdkit -f --filter=multi-conn memory 1M "multi-conn-mode=$mode"
  client "connect-unix $sock" flags shutdown >"$tmp/flags"
  case $mode in
    disable) ! grep -qw multi-conn "$tmp/flags" || fail "$mode: believed" ;;
    *) grep -qw multi-conn "$tmp/flags" || fail "$mode: $(cat "$tmp/flags")" ;;
  esac
  stop_server
done
