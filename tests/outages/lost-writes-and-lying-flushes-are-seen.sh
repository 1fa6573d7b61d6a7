#!/bin/bash -
# SPDX-License-Identifier: MIT
# The checker finds a server that answers writes without writing, or flushes
# without making anything durable.

. "${srcdir:-.}/tests/lib/functions.sh"

survive=$builddir/tests/outages/survive
"$survive" --calm --seeds 1-300 --lost-writes --expect-loss
"$survive" --calm --seeds 1-300 --lying-flush --expect-loss
"$survive" --calm --seeds 1-300 --lying-flush --threads 8 --expect-loss
