#!/bin/bash -
# SPDX-License-Identifier: MIT
# Files of zstd and related programs are decoded in all ways: by parts if
# frames say their sizes, and in order.
. "${srcdir:-.}/convert/tests/codecs/codecs.sh"
requires zstd

cd "$tmp"
seq 77777 120000 >second
cat original second >both

# A file of one frame has no parts, whatever its level.
for options in -1 -19 '--ultra -22 --long=27' '--ultra --long=31' --no-check; do
  # shellcheck disable=SC2086
  zstd -q $options -c original >one.zst
  decodes one.zst original zstd 0
done
zstd -q -c nothing >nothing.zst
decodes nothing.zst nothing zstd 0
zstd -q -c nothing --no-check >unchecked.zst
decodes unchecked.zst nothing zstd 0

# Several frames are parts if all say the size of their content.
zstd -q -c original >1.zst
zstd -q -19 --no-check -c second >2.zst
zstd -q -c <second >unknown.zst
cat 1.zst 2.zst >frames.zst
decodes frames.zst both zstd 2
cat 1.zst nothing.zst 2.zst nothing.zst >frames.zst
decodes frames.zst both zstd 2
cat 1.zst unknown.zst >frames.zst
decodes frames.zst both zstd 0
if command -v pzstd >/dev/null; then
  pzstd -q -p 2 -c original >one.zst
  decodes one.zst original zstd 0
fi

# Skippable frames may be anywhere.
printf '\x5a\x2a\x4d\x18\x05\0\0\0hello' >skip
printf '\x50\x2a\x4d\x18\0\0\0\0' >short
cat skip short 1.zst skip 2.zst short >frames.zst
decodes frames.zst both zstd 2
cat skip short >frames.zst
decodes frames.zst nothing zstd 0

# Zeroes behind the last frame are padding, other bytes are an error.
for n in 1 3 3000; do
  { cat 1.zst 2.zst; head -c $n /dev/zero; } >padded.zst
  decodes padded.zst both zstd 0
  { cat skip 1.zst; head -c $n /dev/zero; } >padded.zst
  decodes padded.zst original zstd 0
done
{ cat padded.zst; echo more; } >bad.zst
refuses "at byte $(stat -c %s padded.zst) something follows the zeroes" bad.zst
cat padded.zst 2.zst >bad.zst
refuses "something follows the zeroes" bad.zst

# zstdmt writes the lengths of frames into skippable frames.  These are
# optional, and wrong ones are ignored.
length () { "$system_python" -c 'import struct, sys, os
sys.stdout.buffer.write(struct.pack("<III", 0x184D2A50, 4,
    os.stat(sys.argv[1]).st_size + int(sys.argv[2])))' "$@"; }
for wrong in 0 1 -1 5000000; do
  { length 1.zst $wrong; cat 1.zst; length 2.zst 0; cat 2.zst; } >frames.zst
  decodes frames.zst both zstd 2
done

# The message says why it cannot be decoded, and what helps.
zstd -q --ultra --long=31 -c <original >one.zst
refuses 'needs a window of 2048 MiB, but only 128 MiB are allowed: use --memory=2049M, or unpack it with zstd -d --long=31' one.zst
zstd -q --ultra --long=27 -c <original >one.zst
"$builddir/convert/tests/codecs/decode" one.zst original 0
"$builddir/convert/tests/codecs/decode" one.zst original $((129 << 20))
refuses 'only 63 MiB are allowed: use --memory=129M, or unpack it with zstd -d' \
  one.zst $((64 << 20))
printf '\x28\xb5\x2f\xfd\x21\x05\0\1\0\0' >one.zst
refuses 'needs the dictionary 5' one.zst
{ cat 1.zst; echo garbage; } >one.zst
refuses "at byte $(stat -c %s 1.zst) there is no frame of zstd" one.zst
head -c 5000 1.zst >one.zst
refuses 'it ends at byte 5000 within the zstd frame that begins at byte 0' one.zst
printf '\x27\xb5\x2f\xfd\0\0\0\0' >one.zst
refuses 'before 0.8' one.zst
