#!/bin/bash
# SPDX-License-Identifier: MIT
# The Go package has each behaviour that all languages have, and its own.  The
# names of the tests are in the log.
. "${srcdir:-.}/tests/lib/functions.sh"
[ -z "${LIBNBD_SANITIZERS-}" ] \
  || skip "programs in Go do not load a library that has sanitizers"

bindings/golang/libnbd.test -test.v
