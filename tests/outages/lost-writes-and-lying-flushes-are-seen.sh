#!/bin/bash -
# SPDX-License-Identifier: MIT
# The checker finds a server that answers writes without writing, or flushes
# without making anything durable.

. "${srcdir:-.}/tests/lib/outages.sh"

loses --calm --lost-writes
loses --calm --lying-flush
loses --calm --lying-flush --threads 8
