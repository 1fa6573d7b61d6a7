#!/bin/bash
# SPDX-License-Identifier: MIT
# The copy is complete although the server is killed in the middle of it and
# started again.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
[ -z "${LIBNBD_SANITIZERS-}" ] \
  || skip "programs in Go do not load a library that has sanitizers"
requires_outliving

random_file "$tmp/disk" 20000123
outlives "$tmp/disk" \
  bindings/golang/bin/aio-copy "nbd+unix://?socket=SOCKET&$stays" "$tmp/copy"
same "$tmp/disk" "$tmp/copy"
