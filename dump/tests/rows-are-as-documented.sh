#!/bin/bash -
# SPDX-License-Identifier: MIT
# Rows, "*" and short rows are as documented, also with --offset and --length.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin data

dump ()
{
  "$builddir/dump/nbddump" "$@" \
    [ nbdkit data '"hello, world!" @0x1000 "!"' ]
}

expect "0000000000: 68 65 6c 6c 6f 2c 20 77  6f 72 6c 64 21 00 00 00 |hello, world!...|
0000000010: 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 |................|
*
0000001000: 21                                               |!               |" dump
expect "0000000000: 68 65 6c 6c 6f                                   |hello           |" \
  dump -n 5
expect "" dump --length=0
expect "0000000007: 77 6f 72 6c 64                                   |world           |" \
  dump --skip 7 --limit 5
# The first row is printed even if it is zero.
expect "0000000020: 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 |................|
*" dump -o 32 -n 1k
expect "0000001000: 21                                               |!               |" \
  dump -o 4K
expect "" dump -o 4097

# A short row that only begins like the one before is printed.
expect "0000000000: 01 02 03 04 05 06 07 08  09 0a 0b 0c 0d 0e 0f 10 |................|
0000000010: 01 02                                            |..              |" \
  "$builddir/dump/nbddump" -n 18 \
  [ nbdkit data '(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)*2' ]

for wrong in "-o 4098" "-n 1x" "-n 0x10" "-n -1" "-o" ""; do
  status=0
  # shellcheck disable=SC2086
  if [ -n "$wrong" ]; then
    dump $wrong >"$tmp/out" 2>"$tmp/err" || status=$?
  else
    "$builddir/dump/nbddump" >"$tmp/out" 2>"$tmp/err" || status=$?
  fi
  [ "$status" -eq 1 ] || fail "$wrong: status $status"
  [ ! -s "$tmp/out" ] || fail "$wrong: printed something"
done
