#!/bin/bash
# SPDX-License-Identifier: MIT
# The client learns the block sizes that the server advertises, and refuses a
# request that does not keep to them.  With strict mode off, the server refuses
# it.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory filter blocksize-policy

serve unix nbdkit -f --filter=blocksize-policy memory 1M \
  blocksize-minimum=4096 blocksize-preferred=65536 blocksize-maximum=262144 \
  blocksize-error-policy=error
expect '4096 65536 262144' client "connect-unix $sock" block-sizes
client "connect-unix $sock" \
  "fails EINVAL read 0 512 $tmp/out" "fails EINVAL read 512 4096 $tmp/out" \
  "read 4096 4096 $tmp/out" \
  "strict 0" "fails EINVAL read 512 512 $tmp/out" \
  "fails EINVAL read 0 512K $tmp/out" \
  "strict 31" "read 0 256K $tmp/out" shutdown 2>"$tmp/err" \
  || fail "$(cat "$tmp/err")"
