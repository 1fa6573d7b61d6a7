#!/bin/bash -
# SPDX-License-Identifier: MIT
# A range whose block status fails is read; holes before and behind it are not.
# All bytes are printed, so the exit status is 0.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin eval

# The disk has 64 GiB.  At 8 GiB there is "text", and block status fails.
# shellcheck disable=SC2016
reads=$tmp/reads "$builddir/dump/nbddump" [ nbdkit eval get_size='echo 64G' \
  can_extents='exit 0' \
  pread='
    echo "$3" >>"$reads"
    if [ "$4" -eq 8589934592 ]; then
      printf text
      head -c $(($3 - 4)) /dev/zero
    else
      head -c "$3" /dev/zero
    fi' \
  extents='
    if [ "$4" -le 8589934592 ] && [ $(($4 + $3)) -gt 8589934592 ]; then
      echo EIO no map >&2
      exit 1
    fi
    echo "$4" "$3" hole,zero' ] >"$tmp/out" 2>"$tmp/err" || fail "status $?"
expect "0000000000: 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 |................|
*
0200000000: 74 65 78 74 00 00 00 00  00 00 00 00 00 00 00 00 |text............|
0200000010: 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 |................|
*
0ffffffff0: 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 |................|" cat "$tmp/out"
expect 65536 awk '{ s += $1 } END { print s }' "$tmp/reads"
grep -q '^nbddump: reading all of 65536 bytes at offset 8589934592, .*Input/output error' \
  "$tmp/err" || fail "it is not said: $(cat "$tmp/err")"
