#!/bin/bash -
# SPDX-License-Identifier: MIT
# Connections that are lost in each state, in each way, with one and four of
# them, plain and over TLS; and what comes back is the same, more, less, or
# nothing; or one connection of four alone.  A small function says what must
# come of it.

. "${srcdir:-.}/tests/lib/outages.sh"

"$builddir/tests/outages/matrix/matrix"
