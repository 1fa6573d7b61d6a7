#!/bin/bash
# SPDX-License-Identifier: MIT
# The whole export, whose size is not a multiple of the block size, is read
# with the loop.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin file

random_file "$tmp/disk" 1000123
want=$("$PYTHON" -B -c '
import sys

checksum = 0
for byte in open(sys.argv[1], "rb").read():
    checksum = (checksum * 31 + byte) & 0x3FFFFFFF
print(f"{checksum:08x}")' "$tmp/disk")
serve unix nbdkit -f -r file "$tmp/disk"
expect "$want" bindings/ocaml/examples/select_loop "nbd+unix://?socket=$sock"

if bindings/ocaml/examples/select_loop "nbd+unix://?socket=$tmp/missing" \
  2>"$tmp/err"; then
  fail "it read from a server that is not there"
fi
grep -q '^select_loop: nbd_' "$tmp/err" || fail "no message"
