#!/bin/bash -
# SPDX-License-Identifier: MIT
# The harness finds what the quarantine of old requests is for.

. "${srcdir:-.}/tests/lib/outages.sh"

loses --without-ghosts
