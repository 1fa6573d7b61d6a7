#!/bin/bash -
# SPDX-License-Identifier: MIT
# Files of gzip and bgzip are decoded in all ways: by parts if members say
# their length, and in order.
. "${srcdir:-.}/convert/tests/codecs/codecs.sh"
requires gzip

cd "$tmp"
seq 77777 120000 >second
cat original second >both

# Ordinary members are no parts, because they do not say where they end.
for level in 1 6 9; do
  gzip -c -$level original >one.gz
  decodes one.gz original gzip 0
done
gzip -c nothing >nothing.gz
decodes nothing.gz nothing gzip 0
gzip -cn second >second.gz
cat one.gz nothing.gz second.gz nothing.gz >two.gz
decodes two.gz both gzip 0

# Zeroes behind the last member are padding, other bytes are an error.
{ cat two.gz; head -c 3000 /dev/zero; } >padded.gz
decodes padded.gz both gzip 0
{ cat two.gz; echo garbage; } >bad.gz
refuses "at byte $(stat -c %s two.gz), behind a gzip member" bad.gz
{ cat padded.gz second.gz; } >bad.gz
refuses "at byte $(stat -c %s padded.gz) something follows the zeroes" bad.gz

# A header with all optional fields.
"$system_python" - original >full.gz <<'END'
import struct, sys, zlib
data = open(sys.argv[1], "rb").read()
extra = b"AB\5\0hello" + b"BC\3\0abc"
head = b"\x1f\x8b\x08\x1e\1\2\3\4\2\3" + struct.pack("<H", len(extra)) + extra
head += b"disk.img\0" + b"c" * 100000 + b"\0"
head += struct.pack("<H", zlib.crc32(head) & 0xffff)
body = zlib.compressobj(wbits=-15)
body = body.compress(data) + body.flush()
tail = struct.pack("<II", zlib.crc32(data), len(data))
sys.stdout.buffer.write(head + body + tail)
END
gzip -dc full.gz | cmp - original
decodes full.gz original gzip 0
{ printf '\x1f\x8b\x08\x08\1\2\3\4\2\3'; head -c 2000000 /dev/zero | tr '\0' x; } >bad.gz
refuses 'has a header of more than' bad.gz

# Messages say what is damaged.
head -c 5000 one.gz >bad.gz
refuses 'it ends at byte 5000 within the gzip member that begins at byte 0' bad.gz
head -c -4 one.gz >bad.gz
printf '\1\2\3\4' >>bad.gz
refuses 'its length is wrong' bad.gz
{ head -c -8 one.gz; printf '\1\2\3\4'; tail -c 4 one.gz; } >bad.gz
refuses 'its checksum is wrong' bad.gz

# Members of bgzip are joined to parts of about 4 MiB.
command -v bgzip >/dev/null || exit 0
bgzip -c original >one.gz
decodes one.gz original gzip 0
for _ in {1..3}; do cat both; done >large
bgzip -c large >large.gz
decodes large.gz large gzip 3
bgzip -c nothing >nothing.gz
decodes nothing.gz nothing gzip 0
cat nothing.gz large.gz one.gz nothing.gz >more.gz
cat large original >joined
decodes more.gz joined gzip 3
cat large.gz second.gz >more.gz
cat large second >joined
decodes more.gz joined gzip 0
# The empty member at the end proves that no member is missing.
head -c -28 large.gz >bad.gz
refuses 'does not end with the empty member' bad.gz
