#!/bin/bash
# SPDX-License-Identifier: MIT
# The package nbdio does what its documentation says.  The names of the tests
# are in the log.
. "${srcdir:-.}/tests/lib/functions.sh"
[ -z "${LIBNBD_SANITIZERS-}" ] \
  || skip "programs in Go do not load a library that has sanitizers"
requires_nbdkit plugin data plugin file plugin memory plugin pattern filter delay \
  filter blocksize-policy filter error

bindings/golang/nbdio.test -test.v
