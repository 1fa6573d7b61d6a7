#!/bin/bash
# SPDX-License-Identifier: MIT
# --from raw does not decompress.  So what is inside of a compressed file has to
# be unpacked before that option helps, and messages that name it say so.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img gzip
requires_ability "codec gzip"

# advises FILE: of the compressed file, but not of the file itself.
advises ()
{
  local advice="unpack it first, then .*--from raw"
  gzip -k "$1"
  "$nbdconvert" "$1.gz" "$tmp/d/out" 2>"$tmp/said" || :
  grep -q "$advice" "$tmp/said" || fail "$1.gz: $(cat "$tmp/said")"
  "$nbdconvert" "$1" "$tmp/d/out" 2>"$tmp/said" || :
  ! grep -q "$advice" "$tmp/said" || fail "$1: $(cat "$tmp/said")"
  grep -q "\--from raw" "$tmp/said" || fail "$1: $(cat "$tmp/said")"
}

cd "$tmp"
qemu-img create -q -f qcow2 damaged 1M
printf '\11' | dd of=damaged bs=1 seek=7 conv=notrunc status=none
advises damaged
qemu-img create -q -u -f qcow2 -b "$tmp/../base" -F raw overlay 1M
advises overlay
printf 'LUKS\272\276' >encrypted
truncate -s 1M encrypted
advises encrypted
