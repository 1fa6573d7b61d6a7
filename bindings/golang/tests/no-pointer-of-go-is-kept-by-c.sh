#!/bin/bash
# SPDX-License-Identifier: MIT
# All tests pass while Go checks each pointer that is stored or passed on, and
# collects garbage all the time.
. "${srcdir:-.}/tests/lib/functions.sh"
[ -z "${LIBNBD_SANITIZERS-}" ] \
  || skip "programs in Go do not load a library that has sanitizers"

GODEBUG=cgocheck=2 GOGC=1 bindings/golang/libnbd.test
GODEBUG=cgocheck=2 GOGC=1 bindings/golang/nbdio.test
