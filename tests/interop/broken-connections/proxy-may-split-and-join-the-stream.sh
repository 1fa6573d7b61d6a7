#!/bin/bash
# SPDX-License-Identifier: MIT
# If the stream arrives in other pieces or later, over Unix and TCP sockets, a
# read still returns what was written, in each style of replies.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/proxy.sh"
requires_nbdkit plugin memory

serve unix nbdkit -f memory 4M
random_file "$tmp/data" 60001
for kind in unix tcp4; do
  for what in split=3 split=1000 coalesce=4000 delay=2 "split=5000 delay=1" \
              "coalesce=100000 split=777"; do
    for replies in yes no; do
      # shellcheck disable=SC2086  # several words
      proxied "$kind" seed=1 $what
      rm -f "$tmp/out"
      client "structured $replies" "context base:allocation" "$address" \
        "write 4097 60001 $tmp/data -" "read 4097 60001 $tmp/out" \
        flush "trim 0 4M -" shutdown || fail "$kind $what"
      same "$tmp/data" "$tmp/out"
      stop_proxy
    done
  done
done
