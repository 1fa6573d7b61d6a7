#!/bin/bash -
# SPDX-License-Identifier: MIT
# The map of a huge disk without 64-bit block status is printed while it is
# received, and SIGINT ends it at once, with valid JSON.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin data
requires jq

mkfifo "$tmp/map"
# shellcheck disable=SC2016
"$system_python" -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' \
  "$builddir/info/nbdinfo" --map --json [ nbdkit data '1 @6917529027641081855 1' ] \
  >"$tmp/map" &
tool=$!
exec {map}<"$tmp/map"
read -r first <&"$map"
read -r -d '}' second <&"$map"
kill -INT "$tool"
rest=$(cat <&"$map")
status=0
wait "$tool" || status=$?
[ "$status" -eq 130 ] || fail "status $status"
case $second in
  '{ "offset": 0, "length": '*'"type": 0, "description": "data"'*) ;;
  *) fail "the first extent is: $second" ;;
esac
jq -e 'length >= 1' <<<"$first$second}$rest" >/dev/null || fail "this is no JSON: $first$second}$rest"
