#!/bin/bash -
# SPDX-License-Identifier: MIT
# A program that never flushes fills the journal: then the library flushes,
# and neither the program nor the disk suffers from outages meanwhile.

. "${srcdir:-.}/tests/lib/outages.sh"

seeds 1 10 500 --never-flushes --commands 400
seeds 1 20 500 --never-flushes --commands 400 --links 4
