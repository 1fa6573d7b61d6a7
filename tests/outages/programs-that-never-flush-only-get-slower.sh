#!/bin/bash -
# SPDX-License-Identifier: MIT
# If a program never flushes, the library sends flushes when the journal fills.
# Outages then harm neither the program nor the disk.

. "${srcdir:-.}/tests/lib/outages.sh"

seeds 1 10 500 --never-flushes --commands 400
seeds 1 20 500 --never-flushes --commands 400 --links 4
