#!/bin/bash
# SPDX-License-Identifier: MIT
# The copy equals the export, whose size is not a multiple of the block size.
# A read error is reported.
. "${srcdir:-.}/tests/lib/functions.sh"
[ -z "${LIBNBD_SANITIZERS-}" ] \
  || skip "programs in Go do not load a library that has sanitizers"
requires_uris
requires_nbdkit plugin file plugin memory filter error

random_file "$tmp/disk" 20000123
serve unix nbdkit -f file "$tmp/disk"
bindings/golang/bin/simple-copy "nbd+unix://?socket=$sock" >"$tmp/copy"
same "$tmp/disk" "$tmp/copy"

serve unix nbdkit -f --filter=error memory 1M error-pread-rate=100%
if bindings/golang/bin/simple-copy "nbd+unix://?socket=$sock" >"$tmp/bad" 2>"$tmp/err"; then
  fail "a failed read went unnoticed"
fi
grep -qi 'input/output error' "$tmp/err"
