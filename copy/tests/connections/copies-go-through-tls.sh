#!/bin/bash
# SPDX-License-Identifier: MIT
# Source and destination use TLS with pre-shared keys.
. "${srcdir:-.}/tests/lib/copy.sh"
requires psktool
requires_nbdkit plugin memory
nbdkit --dump-config | grep -q '^tls=yes' || skip "this nbdkit has no TLS"

psktool -q -u alice -p "$tmp/keys" >/dev/null 2>&1 \
  || psktool -u alice -p "$tmp/keys" >/dev/null
random_file "$tmp/in" 5M
serve_uri nbdkit -f --tls=require --tls-psk="$tmp/keys" memory 5M
from="nbds+unix://alice@/?socket=$sock&tls-psk-file=$tmp/keys"
serve_uri nbdkit -f --tls=require --tls-psk="$tmp/keys" memory 5M
to="nbds+unix://alice@/?socket=$sock&tls-psk-file=$tmp/keys"
refuses '' "$nbdcopy" "$tmp/in" "$uri"
"$nbdcopy" "$tmp/in" "$from" 2>"$tmp/stderr" || {
  ! grep -q 'not supported\|without' "$tmp/stderr" || skip "built without TLS"
  fail "$(cat "$tmp/stderr")"
}
"$nbdcopy" --verify "$from" "$to"
"$nbdcopy" "$to" "$tmp/out"
same "$tmp/in" "$tmp/out"
