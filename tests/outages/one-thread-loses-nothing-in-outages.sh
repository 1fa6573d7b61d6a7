#!/bin/bash -
# SPDX-License-Identifier: MIT
# Whatever the server does, a program with one thread and many commands in
# flight sees no error, reads what it wrote, and has on the disk what it
# flushed.

. "${srcdir:-.}/tests/lib/outages.sh"

seeds 1 100 7000
