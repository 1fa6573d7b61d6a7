#!/bin/bash -
# SPDX-License-Identifier: MIT
# A program that connects again by itself, waits before that until no old
# request can have effect, and knows that what was not flushed is lost, finds
# nothing else wrong with the brittle server.  Without the wait it does.

. "${srcdir:-.}/tests/lib/functions.sh"

survive=$builddir/tests/outages/survive
"$survive" --by-hand --seeds 1-60
"$survive" --by-hand --seeds 1-300 --without-ghosts --expect-loss
