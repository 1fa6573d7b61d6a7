#!/bin/bash
# SPDX-License-Identifier: MIT
# The server and the clients of bench/python work together.  Nothing is timed.
. "${srcdir:-.}/tests/lib/functions.sh"

./run "${PYTHON:-python3}" -B "$srcdir/bench/python" --check --programs bench
