#!/bin/bash -
# SPDX-License-Identifier: MIT
# Without the journal, the harness finds a loss.

. "${srcdir:-.}/tests/lib/outages.sh"

loses --without-journal
