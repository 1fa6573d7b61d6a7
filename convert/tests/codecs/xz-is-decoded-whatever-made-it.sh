#!/bin/bash -
# SPDX-License-Identifier: MIT
# Files that xz wrote, with any number of blocks, streams and threads, and any
# check and filter, are decoded in order, and by parts if there are several
# blocks.
. "${srcdir:-.}/convert/tests/codecs/codecs.sh"
requires xz
unset XZ_DEFAULTS XZ_OPT
cd "$tmp"

size=$(stat -c %s original)
blocks=$(((size + 262143) / 262144))

xz -1c original >one.xz
decodes one.xz original xz 0

for check in none crc32 crc64 sha256; do
  xz -0c --check=$check --block-size=256KiB original >$check.xz
  decodes $check.xz original xz $blocks
done

xz -1cT2 --block-size=256KiB original >threads.xz
decodes threads.xz original xz $blocks

xz -c --block-size=256KiB --x86 --lzma2=preset=0 original >x86.xz
decodes x86.xz original xz $blocks
xz -c --block-size=256KiB --delta=dist=3 --lzma2=preset=0,dict=4KiB original \
  >delta.xz
decodes delta.xz original xz $blocks

xz -0c --block-list=1,2,3,1000001,99,0 original >list.xz
decodes list.xz original xz 6

# Several streams, with zeroes between and behind them, and empty streams.
head -c 100001 original | xz -0c --check=sha256 >1.xz
head -c 100002 original | tail -c 1 | xz -0c --check=none >2.xz
tail -c +100003 original | xz -0c --block-size=512KiB >3.xz
xz -c nothing >0.xz
rest=$(((size - 100002 + 524287) / 524288))
cat 1.xz 2.xz 3.xz >streams.xz
decodes streams.xz original xz $((2 + rest))
{
  cat 0.xz 1.xz; head -c 8 /dev/zero
  cat 2.xz 0.xz 0.xz; head -c 4096 /dev/zero
  cat 3.xz 0.xz; head -c 123456 /dev/zero
} >padded.xz
decodes padded.xz original xz $((2 + rest))

# There is more padding than is searched backwards, so this is decoded in
# order.
{ cat streams.xz; head -c 2000000 /dev/zero; } >much.xz
decodes much.xz original xz 0

decodes 0.xz nothing xz 0
cat 0.xz 0.xz >00.xz
decodes 00.xz nothing xz 0
