#!/bin/bash
# SPDX-License-Identifier: MIT
# The servers, the delayed network and the clients of bench/links work
# together.  Nothing is timed.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory filter delay filter noparallel
requires_uris

rows=delay-slow-4k
! theirs nbdkit --dump-config | grep -q ^tls=yes || rows+=,tls-nbdkit-4k
"${PYTHON:-python3}" -B "$srcdir/bench/links" --check --rows "$rows" \
  --programs bench --ours lib/.libs
