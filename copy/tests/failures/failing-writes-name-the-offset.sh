#!/bin/bash
# SPDX-License-Identifier: MIT
# If the destination refuses a write, zeroes or a flush, the copy fails and the
# message has the offset.  The destination is a server, a full disk, or a disk
# that is too small for a stream.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory plugin full plugin eval filter error

random_file "$tmp/in" 1M
truncate -s 4M "$tmp/in"

serve_uri nbdkit -f --filter=error memory 4M error-pwrite=EIO \
  error-pwrite-rate=100%
refuses 'write at offset [0-9]* failed: .*: Input/output error' \
  "$nbdcopy" "$tmp/in" "$uri"

serve_uri nbdkit -f --filter=error memory 4M error-zero=EPERM \
  error-zero-rate=100%
refuses 'zeroing at offset 1048576 failed: .*: Operation not permitted' \
  "$nbdcopy" "$tmp/in" "$uri"

serve_uri nbdkit -f full 4M
refuses 'at offset [0-9]* failed: .*: No space left' \
  "$nbdcopy" "$tmp/in" "$uri"

serve_uri nbdkit -f eval get_size='echo 4M' can_write='exit 0' \
  can_zero='exit 0' zero='exit 0' \
  pwrite='cat >/dev/null' can_flush='exit 0' pread='exit 1' \
  flush='echo EIO the disk is gone >&2; exit 1'
refuses 'flush failed' "$nbdcopy" --flush "$tmp/in" "$uri"
"$nbdcopy" "$tmp/in" "$uri"

[ ! -w /dev/full ] || refuses 'write at offset 0 failed: No space left' \
  "$nbdcopy" "$tmp/in" /dev/full

# A stream that is longer than the disk.
serve_uri nbdkit -f memory 1M
refuses 'write at offset 1048576 failed: No space left' \
  "$nbdcopy" - "$uri" < <(cat "$tmp/in")
