#!/bin/bash
# SPDX-License-Identifier: MIT
# A server may not accept another connection while it is busy, though the kernel
# has accepted it: the copy uses the connections that were answered.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin file

random_file "$tmp/in" 4M
truncate -s 4M "$tmp/disk"
serve_uri "$system_python" "$srcdir/tests/lib/inetd.py" \
  --one nbdkit -s file "$tmp/disk"
"$nbdcopy" -C 4 -T 4 --flush "$tmp/in" "$uri" 2>"$tmp/stderr" \
  || fail "$(cat "$tmp/stderr")"
same "$tmp/in" "$tmp/disk"
grep -q 'going on with 1 of 4 connections: the server has not answered' \
  "$tmp/stderr" || fail "$(cat "$tmp/stderr")"
