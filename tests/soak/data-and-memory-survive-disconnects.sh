#!/bin/bash -
# SPDX-License-Identifier: MIT
# Random commands on connections that come and go: every byte that is read
# is the one that was written, and memory stays flat.

. "${srcdir:-.}/tests/lib/functions.sh"

# The same run each time, as far as the threads of servers allow.
export SOAK_SEED=1
"$builddir/tests/soak/soak" operations 20000
