#!/bin/bash
# SPDX-License-Identifier: MIT
# As much as one of ten thousand, within 8 MiB; kept extents would be 16 MiB.
. "${srcdir:-.}/tests/lib/functions.sh"

# Sanitizers keep what is freed, as far as they are allowed to.
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

# peak EXTENTS OPTION...: set lines, those of the output, and peak, in KiB.
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
