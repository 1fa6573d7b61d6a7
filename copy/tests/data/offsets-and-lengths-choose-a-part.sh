#!/bin/bash
# SPDX-License-Identifier: MIT
# --offset and --length of the source and the destination can be any byte, also
# if the server wants whole blocks.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin file filter blocksize-policy

random_file "$tmp/in" 1000003
random_file "$tmp/old" 2M
truncate -s 2M "$tmp/out"
# part SOURCE DESTINATION: copy parts of $tmp/in, which is the source or behind
# it, to $tmp/out.
part ()
{
  local from length to
  for numbers in "0 1000003 0" "1 999 4097" "4096 65536 8192" \
                 "511 700000 1000001" "1000002 1 2097151" "7 0 5"; do
    read -r from length to <<<"$numbers"
    cp "$tmp/old" "$tmp/out"
    cp "$tmp/old" "$tmp/want"
    dd if="$tmp/in" of="$tmp/want" conv=notrunc status=none bs=64k \
      iflag=skip_bytes,count_bytes oflag=seek_bytes \
      skip="$from" count="$length" seek="$to"
    "$nbdcopy" --offset="$from" --length="$length" \
      --destination-offset="$to" --destination-length="$length" "$1" "$2"
    same "$tmp/want" "$tmp/out"
  done
}

part "$tmp/in" "$tmp/out"
# Overwrite files in place, since the server has them open.
cp () { cat "$1" >"$2"; }
serve_uri nbdkit -f file "$tmp/out"
part "$tmp/in" "$uri"
cp "$tmp/in" "$tmp/in2"
truncate -s 1003520 "$tmp/in2"
serve_uri nbdkit -f --filter=blocksize-policy file "$tmp/in2" \
  blocksize-minimum=4096 blocksize-preferred=4096 blocksize-maximum=64k \
  blocksize-error-policy=error
from=$uri
part "$from" "$tmp/out"
serve_uri nbdkit -f --filter=blocksize-policy file "$tmp/out" \
  blocksize-minimum=4096 blocksize-preferred=8192 blocksize-maximum=64k \
  blocksize-error-policy=error
part "$tmp/in" "$uri"
part "$from" "$uri"
refuses 'behind the end' "$nbdcopy" --offset=1000004 "$tmp/in" null:
refuses 'more than the source' "$nbdcopy" --offset=4 --length=1000000 \
  "$tmp/in" null:
refuses 'larger than the destination' "$nbdcopy" \
  --destination-length=1000 "$tmp/in" "$uri"
