#!/bin/bash
# SPDX-License-Identifier: MIT
# If block status fails, though the server supports it, the copy succeeds: the
# source is read as data.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory filter error

random_file "$tmp/in" 4M
for rate in 100% 50%; do
  serve_uri nbdkit -f --filter=error memory 4M error-extents=EIO \
    error-extents-rate=$rate
  "$nbdcopy" "$tmp/in" "$uri"
  "$nbdcopy" "$uri" "$tmp/out" 2>"$tmp/stderr"
  same "$tmp/in" "$tmp/out"
  [ $rate != 100% ] \
    || grep -q 'block status at offset 0 failed: .*; such parts are read' \
         "$tmp/stderr" || fail "no message: $(cat "$tmp/stderr")"
done
