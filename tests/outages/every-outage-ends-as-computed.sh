#!/bin/bash -
# SPDX-License-Identifier: MIT
# Lose connections in each state and in each way, with one and with four
# connections, plain and over TLS.  The server that comes back is the same,
# more, less, or never comes; or only one connection of four is lost.  A small
# function computes how each case must end.

. "${srcdir:-.}/tests/lib/outages.sh"

"$builddir/tests/outages/matrix/matrix"
