#!/bin/bash
# SPDX-License-Identifier: MIT
# If the stream ends anywhere, in the handshake or in the middle of replies, by
# a close or by a reset, the client fails with a message, and writes no data
# that it did not get.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/proxy.sh"
requires_nbdkit plugin pattern

serve unix nbdkit -f pattern 1M
client "connect-unix $sock" "read 0 64K $tmp/want" shutdown
for plan in "unix cut=0 spread=180" "tcp4 cut=0 spread=180 reset=1" \
            "unix cut=150 spread=60000" "tcp4 cut=150 spread=60000 reset=1"; do
  read -r kind words <<<"$plan"
  # shellcheck disable=SC2086  # several words
  proxied "$kind" seed=1 split=5000 $words
  for ((i = 0; i < 12; i++)); do
    rm -f "$tmp/out"
    status=0
    timeout 300 "$client" "$address" "read 0 64K $tmp/out" shutdown \
      2>"$tmp/err" || status=$?
    [ "$status" -eq 1 ] || fail "$plan: status $status: $(cat "$tmp/err")"
    grep -q 'nbd_[a-z_]*: .*\(closed\|reset\)' "$tmp/err" \
      || fail "$plan: $(cat "$tmp/err")"
    [ ! -s "$tmp/out" ] || fail "$plan: data came out"
  done
  stop_proxy
done
