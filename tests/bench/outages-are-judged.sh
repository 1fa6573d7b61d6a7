#!/bin/bash
# SPDX-License-Identifier: MIT
# bench/outages drives each of its programs through an outage and finds what is
# missing on the disk.  Our library must lose nothing.  Nothing is timed.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-img qemu-nbd

programs="ours,libnbd reopened"
! command -v qemu-io >/dev/null || programs+=,qemu-io
"${PYTHON:-python3}" -B "$srcdir/bench/outages" --check --programs bench \
  --only "$programs" --ours lib/.libs --peer lib/.libs
