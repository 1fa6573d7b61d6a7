#!/bin/bash
# SPDX-License-Identifier: MIT
# Data of odd sizes at odd offsets can be read through another connection, with
# structured and with simple replies.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory

random_file "$tmp/data" 3M
for replies in yes no; do
  for server in "" --no-sr; do
    # shellcheck disable=SC2086  # no option is no word
    serve unix nbdkit -f $server memory 8M
    client "structured $replies" "connect-unix $sock" \
      "write 1 1 $tmp/data -" \
      "write 12345 3000001 $tmp/data f" \
      "write 8388607 1 $tmp/data -" \
      flush shutdown
    client "structured $replies" "connect-unix $sock" \
      "read 1 1 $tmp/a" "read 12345 3000001 $tmp/b" "read 8388607 1 $tmp/c" \
      "read 2 12343 $tmp/gap" shutdown
    cmp -n 1 "$tmp/data" "$tmp/a"
    cmp -n 3000001 "$tmp/data" "$tmp/b"
    cmp -n 1 "$tmp/data" "$tmp/c"
    zero_range "$tmp/gap" 0 12343
  done
done
