#!/bin/bash
# SPDX-License-Identifier: MIT
# fetch-with-poll, a loop of poll(2) that watches one descriptor, fetches the
# whole file although the server is killed in the middle.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
requires_outliving

random_file "$tmp/disk" 20000123
outlives "$tmp/disk" \
  examples/fetch-with-poll "nbd+unix://?socket=SOCKET&$stays" "$tmp/copy"
same "$tmp/disk" "$tmp/copy"
