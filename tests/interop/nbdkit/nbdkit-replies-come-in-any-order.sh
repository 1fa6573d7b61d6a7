#!/bin/bash
# SPDX-License-Identifier: MIT
# Sixteen reads are in flight, and the server replies to the first one only
# when it has got the last one.  A client that waited for a reply before it
# sent all requests, or for replies in order, would hang.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin eval

block=98304
last=$((15 * block))
mkfifo "$tmp/gate"
# A server that waits for it would not end.
on_exit+=("echo 1<>'$tmp/gate'")
serve unix nbdkit -f -t 16 eval get_size="echo $((16 * block))" \
  thread_model='echo parallel' \
  pread="
    case \$4 in
      0) read -r line <$tmp/gate ;;
      $last) echo open >$tmp/gate ;;
    esac
    yes \"\$4\" | head -c \"\$3\" || :"
timeout 300 "$client" "connect-unix $sock" "copy $tmp/out" shutdown
for ((offset = 0; offset <= last; offset += block)); do
  (yes $offset || :) 2>/dev/null | head -c $block
done >"$tmp/want" || :
same "$tmp/want" "$tmp/out"
