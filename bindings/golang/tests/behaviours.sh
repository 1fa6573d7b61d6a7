#!/bin/bash
# SPDX-License-Identifier: MIT
# Each behaviour that all languages have, and those that only Go has: the
# names of the tests are in the log.
. "${srcdir:-.}/tests/lib/functions.sh"
[ -z "${LIBNBD_SANITIZERS-}" ] \
  || skip "programs in Go do not load a library that has sanitizers"

bindings/golang/libnbd.test -test.v
