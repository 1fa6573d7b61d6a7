#!/bin/bash
# SPDX-License-Identifier: MIT
# A file that cannot be written for --blkhash is found before the destination
# changes.  A failed copy leaves no hash of an earlier one behind.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory filter error

random_file "$tmp/in" 64k
random_file "$tmp/old" 64k
cp "$tmp/old" "$tmp/out"
"$nbdcopy" --blkhash /dev/null null: >/dev/null 2>"$tmp/stderr" || {
  grep -q 'built without GnuTLS' "$tmp/stderr" || fail "$(cat "$tmp/stderr")"
  skip "this nbdcopy was built without GnuTLS"
}
refuses 'cannot write the block hash: No such file' \
  "$nbdcopy" --blkhash --blkhash-file="$tmp/none/hash" "$tmp/in" "$tmp/out"
same "$tmp/old" "$tmp/out"

echo old >"$tmp/hash"
serve_uri nbdkit -f --filter=error memory 64k error-pwrite-rate=100%
refuses 'write at offset 0 failed' \
  "$nbdcopy" --blkhash --blkhash-file="$tmp/hash" "$tmp/in" "$uri"
[ ! -s "$tmp/hash" ] || fail "there is a hash: $(cat "$tmp/hash")"
