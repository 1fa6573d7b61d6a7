#!/bin/bash -
# SPDX-License-Identifier: MIT
# Without the quarantine of old requests, the harness finds a loss.

. "${srcdir:-.}/tests/lib/outages.sh"

loses --without-ghosts
