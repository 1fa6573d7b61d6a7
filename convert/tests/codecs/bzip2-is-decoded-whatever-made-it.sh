#!/bin/bash -
# SPDX-License-Identifier: MIT
# Files that bzip2 wrote are decoded: with blocks of any size, any number of
# streams, and zeroes behind the last stream.
. "${srcdir:-.}/convert/tests/codecs/codecs.sh"
requires bzip2
unset BZIP BZIP2
cd "$tmp"

for level in 1 9; do
  bzip2 -c$level original >$level.bz2
  decodes $level.bz2 original bzip2 0
done

bzip2 -c nothing >0.bz2
decodes 0.bz2 nothing bzip2 0

split -b 300000 original piece.
for piece in piece.*; do
  bzip2 -c "$piece"
  cat 0.bz2
done >streams.bz2
decodes streams.bz2 original bzip2 0

{ cat streams.bz2; head -c 10000 /dev/zero; } >padded.bz2
decodes padded.bz2 original bzip2 0

# If anything but zeroes were ignored, incomplete data would look complete.
{ cat streams.bz2; echo more; } >garbage.bz2
refuses "there is something else than bzip2" garbage.bz2
{ cat streams.bz2; head -c 10 /dev/zero; cat 9.bz2; } >behind.bz2
refuses "there is something else than bzip2" behind.bz2
{ cat 1.bz2; printf '\0'; tail -c +2 9.bz2; } >beginning.bz2
refuses "there is something else than bzip2" beginning.bz2
head -c -1 streams.bz2 >cut.bz2
refuses "it is truncated" cut.bz2
{ cat streams.bz2; printf BZ; } >begun.bz2
refuses "it is truncated" begun.bz2
