#!/bin/bash
# SPDX-License-Identifier: MIT
# bench/outages drives each of its programs through an outage, and finds what
# is missing on a disk; nothing is timed.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-img qemu-nbd

programs="libnbd reopened"
! command -v qemu-io >/dev/null || programs+=,qemu-io
"${PYTHON:-python3}" -B "$srcdir/bench/outages" --check --programs bench \
  --only "$programs" --peer lib/.libs
