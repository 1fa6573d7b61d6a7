#!/bin/bash
# SPDX-License-Identifier: MIT
# The Node package has each behaviour that all languages have, and its own.
# The names of the tests are in the log.
. "${srcdir:-.}/tests/lib/functions.sh"
[ -z "${LIBNBD_SANITIZERS-}" ] \
  || skip "node does not load a library that has sanitizers"

cd "$srcdir/bindings/node"
top_builddir=$builddir "${NODE:-node}" --test tests/*.test.js
