#!/bin/bash -
# SPDX-License-Identifier: MIT
# While connections with random commands come and go, every byte that is read
# is the one that was written, and the memory use does not grow.

. "${srcdir:-.}/tests/lib/functions.sh"

# Repeat the same run each time, as far as the servers' threads allow.
export SOAK_SEED=1
"$builddir/tests/soak/soak" operations 20000
