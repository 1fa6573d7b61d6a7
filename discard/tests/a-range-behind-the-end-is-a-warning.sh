#!/bin/bash
# SPDX-License-Identifier: MIT
# With an offset behind the end there is nothing to do, and a range that passes
# the end is cut there.  Both print a warning, which --quiet suppresses.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin memory filter log

serve unix nbdkit -f --filter=log memory 1M logfile="$tmp/log"
uri="nbd+unix://?socket=$sock"
expect 'warning: offset 1048576 is not before the end of the export at 1048576: nothing to do' \
  discard/nbddiscard -y -o 1M "$uri"
expect 'warning: the range passes the end of the export at 1048576: only the part before the end is used' \
  discard/nbddiscard -y -o 512K -l 1M "$uri"
expect '' discard/nbddiscard -q -y -o 512K -l 1M "$uri"
grep -q 'Trim.*offset=0x80000 count=0x80000' "$tmp/log" || fail "not cut"
