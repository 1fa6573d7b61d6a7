#!/bin/bash
# SPDX-License-Identifier: MIT
# glib-main-loop prints the checksum over Unix and TCP sockets, also of an
# export without data.  Errors of the connection and of the read end the loop.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
[ -x examples/glib-main-loop ] || skip "built without glib"
requires_nbdkit plugin file plugin memory filter error

random_file "$tmp/disk" 1M
sum=$(head -c 64K "$tmp/disk" | md5sum | cut -d ' ' -f 1)
serve unix nbdkit -f file "$tmp/disk"
expect "$sum" examples/glib-main-loop "nbd+unix://?socket=$sock"
serve tcp4 nbdkit -f file "$tmp/disk"
expect "$sum" examples/glib-main-loop "nbd://localhost:$port"
serve unix nbdkit -f memory 0
expect "$(md5sum </dev/null | cut -d ' ' -f 1)" \
  examples/glib-main-loop "nbd+unix://?socket=$sock"

refused ()
{
  local status=0
  examples/glib-main-loop "$1" 2>"$tmp/err" || status=$?
  [ "$status" = 1 ] || fail "exit status $status for $1: $(cat "$tmp/err")"
}
serve unix nbdkit -f --filter=error memory 1M error-pread-rate=100%
refused "nbd+unix://?socket=$sock"
grep -q 'Input/output error' "$tmp/err"

serve refusing4 tail -f /dev/null
refused "nbd://127.0.0.1:$port"
grep -q 'Connection refused' "$tmp/err"
