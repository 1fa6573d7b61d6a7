#!/bin/bash -
# SPDX-License-Identifier: MIT
# The output is that of the distribution's nbddump, also in colours and with
# limits.
. "${srcdir:-.}/tests/lib/functions.sh"
requires nbddump
requires_nbdkit plugin data plugin random plugin memory plugin pattern

compare ()
{
  theirs nbddump "$@" "nbd+unix:///?socket=$sock" >"$tmp/theirs"
  "$builddir/dump/nbddump" "$@" "nbd+unix:///?socket=$sock" >"$tmp/ours"
  cmp "$tmp/theirs" "$tmp/ours" || fail "nbddump $*"
}

serve unix nbdkit data '0 @39 1 @0x100 "hello, [world]" @0x200 5 @0x100000 0'
for color in --no-color --color; do
  compare "$color"
  for n in 0 1 15 16 17 32 33 40 255 256 257 264 272 273 1048576 1048577 9999999; do
    compare "$color" -n "$n"
  done
done
serve unix nbdkit pattern 5000
for n in 17 24 33 4097; do
  compare -n "$n"
done
serve unix nbdkit random 3000001
compare
for size in 0 5 16 17 32 33 1000000; do
  serve unix nbdkit memory "$size"
  compare
done
