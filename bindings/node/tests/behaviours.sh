#!/bin/bash
# SPDX-License-Identifier: MIT
# Each behaviour that all languages have, and those that only Node has: the
# names of the tests are in the log.
. "${srcdir:-.}/tests/lib/functions.sh"
[ -z "${LIBNBD_SANITIZERS-}" ] \
  || skip "node does not load a library that has sanitizers"

cd "$srcdir/bindings/node"
top_builddir=$builddir "${NODE:-node}" --test tests/*.test.js
