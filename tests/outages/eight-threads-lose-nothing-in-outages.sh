#!/bin/bash -
# SPDX-License-Identifier: MIT
# The same is true of blocking calls from eight threads.

. "${srcdir:-.}/tests/lib/outages.sh"

seeds 1 60 4000 --threads 8
