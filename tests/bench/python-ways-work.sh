#!/bin/bash
# SPDX-License-Identifier: MIT
# bench/python has its clients and its server work together; nothing is timed.
. "${srcdir:-.}/tests/lib/functions.sh"

./run "${PYTHON:-python3}" -B "$srcdir/bench/python" --check --programs bench
