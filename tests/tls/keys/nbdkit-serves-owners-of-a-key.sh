#!/bin/bash
# SPDX-License-Identifier: MIT
# nbdkit with pre-shared keys and both versions of TLS: data is written and
# read, and block status works.
. "${srcdir:-.}/tests/lib/tls.sh"
requires_tls
requires psktool
psktool -u alice -p "$tmp/keys.psk" >/dev/null
random_file "$tmp/data" 1M
serve_nbdkit_keys "$tmp/keys.psk"
for version in 1.2 1.3; do
  priority="tls-priority NORMAL:-VERS-ALL:+VERS-TLS$version"
  random_file "$tmp/data" 1M
  expect yes keyed "$priority" "loop-unix $sock" \
    "loop-write $tmp/data 100001 16" tls-negotiated shutdown
  keyed "$priority" "loop-unix $sock" "loop-read $tmp/out 4K 64" shutdown
  same "$tmp/data" "$tmp/out"
done
keyed "context base:allocation" "connect-unix $sock" \
  "zero 0 1M -" "write 32K 32K $tmp/data -" "map base:allocation 0 1M -" \
  shutdown >"$tmp/map"
printf '%s\n' '0 32768 3' '32768 32768 0' '65536 983040 3' >"$tmp/want"
same "$tmp/want" "$tmp/map"
