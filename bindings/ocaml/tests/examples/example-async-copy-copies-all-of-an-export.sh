#!/bin/bash
# SPDX-License-Identifier: MIT
# The copy equals the original, whose size is not a multiple of the block size.
# A write error is reported.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin file plugin memory filter error

copy ()
{
  bindings/ocaml/examples/async_copy \
    "nbd+unix://?socket=$1" "nbd+unix://?socket=$2"
}

random_file "$tmp/disk" 20000123
truncate -s 20000123 "$tmp/copy"
serve unix nbdkit -f -r file "$tmp/disk"
source=$sock
serve unix nbdkit -f file "$tmp/copy"
expect '20000123 bytes copied' copy "$source" "$sock"
same "$tmp/disk" "$tmp/copy"

serve unix nbdkit -f --filter=error memory 32M error-pwrite-rate=100%
if copy "$source" "$sock" 2>"$tmp/err"; then
  fail "a failed write went unnoticed"
fi
grep -q '^async_copy: write: errno 5$' "$tmp/err" || fail "$(cat "$tmp/err")"
