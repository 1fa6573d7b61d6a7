#!/bin/bash
# SPDX-License-Identifier: MIT
# With a range that is not aligned to the server's blocks, --check asks about
# whole blocks, and tells only of data in the range.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin eval filter blocksize-policy

# The second of four blocks has data.
serve unix nbdkit -f --filter=blocksize-policy eval get_size='echo 16384' \
  pread='head -c "$3" /dev/zero' can_extents='exit 0' \
  extents='echo 0 4096 zero; echo 4096 4096; echo 8192 8192 hole,zero' \
  blocksize-minimum=4096 blocksize-preferred=4096 blocksize-maximum=1M \
  blocksize-error-policy=error
uri="nbd+unix://?socket=$sock"

# check STATUS OUTPUT ARGUMENT...
check ()
{
  local want=$1 text=$2 status=0
  shift 2
  zero/nbdzero --check "$@" "$uri" >"$tmp/out" 2>"$tmp/err" || status=$?
  [ "$status" = "$want" ] || fail "$*: status $status: $(cat "$tmp/err")"
  expect "$text" cat "$tmp/out"
}
check 0 '' -o 100 -l 3996
check 1 'image has data at offset 4096' -o 100 -l 3997
check 1 'image has data at offset 4097' -o 4097 -l 1
check 1 'image has data at offset 8191' -o 8191 -l 2000
check 0 '' -o 8192 -l 10
check 0 '' -o 12000
