#!/bin/bash -
# SPDX-License-Identifier: MIT
# jq can read the JSON for exports of nbdkit, qemu-nbd, nbd-server, and an
# oldstyle server.
. "${srcdir:-.}/tests/lib/functions.sh"
requires jq nbdkit

# check NAME FILTER WANT: jq prints WANT with this filter.
check ()
{
  [ "$(jq -c "$2" "$tmp/json")" = "$3" ] || fail "$1: $2 is $(jq -c "$2" "$tmp/json")"
}
info=$builddir/info/nbdinfo

"$info" --json [ nbdkit -r null 3M ] >"$tmp/json"
check nbdkit '[.protocol, .TLS, .structured]' '["newstyle-fixed",false,true]'
check nbdkit '.exports[0] | [."export-size", ."export-size-str", .is_read_only]' \
  '[3145728,"3M",true]'
check nbdkit '.exports[0].content' '"data"'

"$info" --json [ nbdkit -o null 0 ] >"$tmp/json"
check oldstyle '[.protocol, .exports[0].content]' '["oldstyle","empty"]'

if command -v qemu-nbd >/dev/null; then
  truncate -s 1M "$tmp/disk"
  "$info" --json [ qemu-nbd -t -r -f raw -x 'a"b' "$tmp/disk" ] --list >"$tmp/json"
  check qemu-nbd '.exports[0] | [."export-name", .block_size_maximum]' \
    '["a\"b",33554432]'
fi

if command -v nbd-server >/dev/null; then
  truncate -s 2M "$tmp/disk"
  printf '[generic]\nport = 0\nallowlist = true\n[one]\nexportname = %s\n' \
    "$tmp/disk" >"$tmp/config"
  serve unix "$system_python" "$srcdir/tests/lib/inetd.py" \
    "$(command -v nbd-server)" -d -C "$tmp/config"
  "$info" --json --list "nbd+unix:///?socket=$sock" >"$tmp/json"
  check nbd-server '.exports[0] | [."export-name", ."export-size"]' '["one",2097152]'
fi
