#!/bin/bash
# SPDX-License-Identifier: MIT
# bench/links has its servers, the network that takes its time and its clients
# work together; nothing is timed.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory filter delay filter noparallel
requires_uris

rows=delay-slow-4k
! theirs nbdkit --dump-config | grep -q ^tls=yes || rows+=,tls-nbdkit-4k
"${PYTHON:-python3}" -B "$srcdir/bench/links" --check --rows "$rows" \
  --programs bench --ours lib/.libs
