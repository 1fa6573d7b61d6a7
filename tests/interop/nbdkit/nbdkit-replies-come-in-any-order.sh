#!/bin/bash
# SPDX-License-Identifier: MIT
# The server replies to the first read only when it has got the last one.  A
# client that waited for replies in order would hang.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin eval

mkfifo "$tmp/gate"
serve unix nbdkit -f -t 16 eval get_size='echo 393216' \
  thread_model='echo parallel' \
  pread="
    case \$4 in
      0) read -r line <$tmp/gate ;;
      294912) echo open >$tmp/gate ;;
    esac
    yes \"\$4\" | head -c \"\$3\" || :"
timeout 300 "$client" "connect-unix $sock" "copy $tmp/out" shutdown
for offset in 0 98304 196608 294912; do
  (yes $offset || :) 2>/dev/null | head -c 98304
done >"$tmp/want" || :
same "$tmp/want" "$tmp/out"
