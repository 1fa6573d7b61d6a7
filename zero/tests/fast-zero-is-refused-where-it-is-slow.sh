#!/bin/bash
# SPDX-License-Identifier: MIT
# --fast-zero fails, and changes nothing, if the server says that writing zeroes
# would be as slow as writing data, or does not support fast zeroes at all.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_uris
requires_nbdkit plugin memory plugin eval

serve unix nbdkit -f memory 1M
zero/nbdzero -y --fast-zero "nbd+unix://?socket=$sock"

serve unix nbdkit -f eval get_size='echo 1048576' pwrite='exit 1' \
  pread='head -c $3 /dev/zero' can_zero='exit 0' can_fast_zero='exit 0' \
  zero='case ,$5, in *,fast,*) echo ENOTSUP >&2; exit 1;; esac'
! zero/nbdzero -y --fast-zero "nbd+unix://?socket=$sock" 2>"$tmp/error" \
  || fail "slow zeroes were taken for fast ones"
grep -q 'cannot zero 1048576 bytes at offset 0: .*: Operation not supported' \
  "$tmp/error" || fail "$(cat "$tmp/error")"

serve unix nbdkit -f eval get_size='echo 1048576' pwrite='exit 1' \
  pread='head -c $3 /dev/zero' can_zero='exit 0' can_fast_zero='exit 3' \
  zero='exit 0'
! zero/nbdzero -y --fast-zero "nbd+unix://?socket=$sock" 2>"$tmp/error" \
  || fail "fast zeroes were not asked for"
grep -q 'does not support fast zeroing' "$tmp/error" \
  || fail "$(cat "$tmp/error")"
