#!/bin/bash
# SPDX-License-Identifier: MIT
# threads fetches the whole export with four handles, and reports a read error.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin file plugin memory filter error

random_file "$tmp/disk" 20000123
serve unix nbdkit -f file "$tmp/disk"
examples/threads "nbd+unix://?socket=$sock" "$tmp/copy"
same "$tmp/disk" "$tmp/copy"

serve unix nbdkit -f --filter=error memory 1M error-pread-rate=100%
if examples/threads "nbd+unix://?socket=$sock" "$tmp/bad" 2>"$tmp/err"; then
  fail "a failed read went unnoticed"
fi
grep -q 'Input/output error' "$tmp/err"
