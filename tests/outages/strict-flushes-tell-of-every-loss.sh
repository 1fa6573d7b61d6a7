#!/bin/bash -
# SPDX-License-Identifier: MIT
# With the policy STRICT nothing is kept, and a flush after an outage fails if
# anything was lost.  So a flush that succeeds is always true.

. "${srcdir:-.}/tests/lib/outages.sh"

seeds 1 20 500 --strict
