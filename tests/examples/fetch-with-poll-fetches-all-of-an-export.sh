#!/bin/bash
# SPDX-License-Identifier: MIT
# fetch-with-poll fetches all of an export whose size is not a multiple of the
# chunk, and reports a read error.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin file plugin memory filter error

random_file "$tmp/disk" 20000123
serve unix nbdkit -f file "$tmp/disk"
examples/fetch-with-poll "nbd+unix://?socket=$sock" "$tmp/unix"
same "$tmp/disk" "$tmp/unix"

serve tcp4 nbdkit -f file "$tmp/disk"
examples/fetch-with-poll "nbd://127.0.0.1:$port" "$tmp/tcp"
same "$tmp/disk" "$tmp/tcp"

serve unix nbdkit -f --filter=error memory 1M error-pread-rate=100%
if examples/fetch-with-poll "nbd+unix://?socket=$sock" "$tmp/bad" 2>"$tmp/err"
then
  fail "a failed read went unnoticed"
fi
grep -q 'could not read' "$tmp/err"
