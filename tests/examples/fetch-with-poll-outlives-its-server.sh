#!/bin/bash
# SPDX-License-Identifier: MIT
# One descriptor in a loop of poll(2): all of the file arrives.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
requires_outliving

random_file "$tmp/disk" 20000123
outlives "$tmp/disk" \
  examples/fetch-with-poll "nbd+unix://?socket=SOCKET&$stays" "$tmp/copy"
same "$tmp/disk" "$tmp/copy"
