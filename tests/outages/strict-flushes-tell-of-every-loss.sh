#!/bin/bash -
# SPDX-License-Identifier: MIT
# Where nothing is kept, a flush after an outage fails if anything was lost, so
# a flush that succeeds is never wrong.

. "${srcdir:-.}/tests/lib/outages.sh"

seeds 1 20 500 --strict
