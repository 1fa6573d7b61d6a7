#!/bin/bash
# SPDX-License-Identifier: MIT
# The digests of --verify are in TMPDIR, and if that is not possible the message
# names it.
. "${srcdir:-.}/tests/lib/copy.sh"

random_file "$tmp/in" 64k
mkdir "$tmp/tmpdir"
TMPDIR=$tmp/tmpdir "$nbdcopy" --verify "$tmp/in" "$tmp/out"
same "$tmp/in" "$tmp/out"
[ -z "$(ls -A "$tmp/tmpdir")" ] || fail "a temporary file is left"
TMPDIR=$tmp/none refuses "$tmp/none: cannot make a temporary file.*No such file" \
  "$nbdcopy" --verify "$tmp/in" "$tmp/out"
TMPDIR='' "$nbdcopy" --verify "$tmp/in" "$tmp/out"
