#!/bin/bash -
# SPDX-License-Identifier: MIT
# With 64-bit block status the map of 6 EiB takes few requests; with 32 bits it
# would take more than a billion, and this test would not end.
. "${srcdir:-.}/tests/lib/functions.sh"

extended ()
{
  "$builddir/info/nbdinfo" "$@" [ "$system_python" "$srcdir/tests/lib/extended.py" \
    6917529027641081856 1152921504606846976 ]
}

expect "         0       65536    0  data
     65536  6917529027641016320    3  hole,zero" extended --map
expect "     65536   0.0%   0 data
6917529027641016320 100.0%   3 hole,zero" extended --map --totals
requires jq
extended --map --json | jq -c '.[] | [.offset, .type, .description]' >"$tmp/map"
expect '[0,0,"data"]
[65536,3,"hole,zero"]' cat "$tmp/map"
expect 6917529027641081856 extended --size
