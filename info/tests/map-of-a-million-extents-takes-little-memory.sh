#!/bin/bash
# SPDX-License-Identifier: MIT
# The map of a million extents takes at most 8 MiB more memory than a map of ten
# thousand.  If extents were kept, they would take 16 MiB.
. "${srcdir:-.}/tests/lib/functions.sh"

# Sanitizers keep freed memory in a quarantine, which has to be off.
# shellcheck disable=SC2031  # nothing was lost in the functions' subshells
export ASAN_OPTIONS=quarantine_size_mb=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
cat >"$tmp/peak.py" <<'END_OF_PROGRAM'
import os, sys
child = os.fork()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(child, 0)
print(usage.ru_maxrss, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
END_OF_PROGRAM

# peak EXTENTS OPTION...: print a map of so many extents, and set lines to its
# number of lines and peak to the largest memory size in KiB.
peak ()
{
  local extents=$1
  shift
  serve unix "$system_python" "$srcdir/tests/lib/extended.py" \
    $((extents * 4096)) 4096 fragmented
  "$system_python" "$tmp/peak.py" "$builddir/info/nbdinfo" --map "$@" \
    "nbd+unix:///?socket=$sock" 2>"$tmp/peak" >"$tmp/map" \
    || fail "$extents extents: $(cat "$tmp/peak")"
  lines=$(wc -l <"$tmp/map")
  peak=$(tail -n 1 "$tmp/peak")
  echo "$extents extents $*: $lines lines, $peak KiB"
}

for options in "" --totals; do
  # shellcheck disable=SC2086  # an empty one is none
  peak 10000 $options
  small=$peak
  # shellcheck disable=SC2086
  peak 1000000 $options
  [ -n "$options" ] || [ "$lines" -eq 1000000 ] || fail "$lines lines"
  [ $((peak - small)) -le 8192 ] || fail "memory grew with the extents"
done
