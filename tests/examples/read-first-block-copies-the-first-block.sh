#!/bin/bash
# SPDX-License-Identifier: MIT
# read-first-block copies 512 bytes by default, the preferred block size if the
# server has one, and all of an export that is smaller.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin data plugin pattern filter blocksize-policy

serve unix nbdkit -f data '"first block" @100 "of many"*1000'
examples/read-first-block "nbd+unix://?socket=$sock" >"$tmp/got"
{
  printf 'first block'
  head -c 89 /dev/zero
  printf 'of many%.0s' {1..59} | head -c 412
} >"$tmp/want"
same "$tmp/want" "$tmp/got"

serve tcp4 nbdkit -f --filter=blocksize-policy pattern 1M \
  blocksize-minimum=512 blocksize-preferred=4096
examples/read-first-block "nbd://127.0.0.1:$port" >"$tmp/got"
expect 4096 stat -c %s "$tmp/got"
expect " 00 00 00 00 00 00 0f f8" od -An -tx1 -j 4088 "$tmp/got"

serve unix nbdkit -f data '"tiny"'
expect tiny examples/read-first-block "nbd+unix://?socket=$sock"

if examples/read-first-block "nbd+unix://?socket=$tmp/none" 2>"$tmp/err"; then
  fail "no server, no error"
fi
grep -q 'No such file' "$tmp/err"
