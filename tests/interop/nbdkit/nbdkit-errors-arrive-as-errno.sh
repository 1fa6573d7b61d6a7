#!/bin/bash
# SPDX-License-Identifier: MIT
# Each error of the protocol arrives as its errno, and the connection can be
# used for the next command.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory filter error

random_file "$tmp/data" 512
for errno in EPERM EIO ENOMEM EINVAL ENOSPC ESHUTDOWN; do
  for replies in yes no; do
    serve unix nbdkit -f --filter=error memory 1M "error=$errno" \
      error-pread-rate=100% error-pwrite-rate=100% error-trim-rate=100% \
      error-zero-rate=100% error-extents-rate=100%
    client "structured $replies" "context base:allocation" \
      "connect-unix $sock" \
      "fails $errno read 0 512 $tmp/out" \
      "fails $errno write 0 512 $tmp/data -" \
      "fails $errno trim 0 512 -" \
      "fails $errno zero 0 512 -" \
      flush "fails $errno read 0 512 $tmp/out" shutdown 2>"$tmp/err" \
      || fail "$(cat "$tmp/err")"
    stop_server
  done
done
serve unix nbdkit -f --filter=error memory 1M error=EIO \
  error-extents-rate=100%
client "context base:allocation" "connect-unix $sock" \
  "fails EIO map base:allocation 0 1M -" "read 0 512 $tmp/out" shutdown
