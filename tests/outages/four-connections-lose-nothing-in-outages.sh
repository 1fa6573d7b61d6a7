#!/bin/bash -
# SPDX-License-Identifier: MIT
# Handles that may have four connections lose nothing in outages either.

. "${srcdir:-.}/tests/lib/outages.sh"

seeds 1 60 4000 --links 4
seeds 1 20 2000 --links 4 --threads 8
