#!/bin/bash -
# SPDX-License-Identifier: MIT
# The harness finds what the journal is for.

. "${srcdir:-.}/tests/lib/outages.sh"

loses --without-journal
