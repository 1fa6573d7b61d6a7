#!/bin/bash
# SPDX-License-Identifier: MIT
# A server may say that it supports several connections and then refuse them:
# the copy uses the connections that it accepted.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory filter limit

random_file "$tmp/in" 4M
for limit in 1 2; do
  serve_uri nbdkit -f --filter=limit memory 4M limit=$limit
  "$nbdcopy" -C 4 -T 4 --retry=20 --flush "$tmp/in" "$uri" 2>"$tmp/stderr" \
    || fail "$(cat "$tmp/stderr")"
  grep -q "going on with $limit of 4 connections" "$tmp/stderr" \
    || fail "$limit: $(cat "$tmp/stderr")"
  # With limit=1 this fails until the server has noticed that the copy's
  # connections ended.
  back () { "$nbdcopy" -C 1 "$uri" "$tmp/out" 2>"$tmp/stderr"; }
  wait_until back
  same "$tmp/in" "$tmp/out"
done
