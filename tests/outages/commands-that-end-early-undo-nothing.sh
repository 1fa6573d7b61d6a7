#!/bin/bash -
# SPDX-License-Identifier: MIT
# Commands that are cancelled or time out may be carried out later, but they
# never undo what was written after them.

. "${srcdir:-.}/tests/lib/outages.sh"

seeds 1 20 1000 --cancels
seeds 1 20 1000 --timeouts
seeds 1 10 500 --cancels --links 4 --threads 8
