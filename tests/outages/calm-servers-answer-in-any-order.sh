#!/bin/bash -
# SPDX-License-Identifier: MIT
# A server that answers in any order and any style, and loses nothing: what
# the checker demands is what a correct server and the library do.

. "${srcdir:-.}/tests/lib/functions.sh"

survive=$builddir/tests/outages/survive
"$survive" --calm --seeds 1-30
"$survive" --calm --seeds 1-15 --threads 8
"$survive" --calm --seeds 1-15 --links 4
