#!/bin/bash
# SPDX-License-Identifier: MIT
# If there is no descriptor left to read the journal, nbdcopy says so.
. "${srcdir:-.}/tests/lib/copy.sh"

# Not the script of libtool, which needs more descriptors.
program=$builddir/copy/.libs/nbdcopy
[ -x "$program" ] || program=$nbdcopy
random_file "$tmp/in" 64K

# limited N: copy with N descriptors.
limited ()
{
  (
    ulimit -n "$1"
    LD_LIBRARY_PATH=$library_dir "$program" --resume="$tmp/journal" -- "$tmp/in" "$tmp/out"
  ) >"$tmp/log" 2>&1
}

told=
for n in {4..40}; do
  rm -f "$tmp/journal" "$tmp/out"
  truncate -s 64K "$tmp/out"
  if limited "$n"; then break; fi
  ! grep 'Bad file descriptor' "$tmp/log" || fail "wrong reason with $n"
  ! grep -q 'cannot read the journal: Too many open files' "$tmp/log" || told=1
done
[ "$told" ] || fail "no number of descriptors was too small for the journal"
cmp "$tmp/in" "$tmp/out"
