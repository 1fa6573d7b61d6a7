#!/bin/bash -
# SPDX-License-Identifier: MIT
# Programs with blocking calls in eight threads lose nothing in outages either.

. "${srcdir:-.}/tests/lib/outages.sh"

seeds 1 60 4000 --threads 8
