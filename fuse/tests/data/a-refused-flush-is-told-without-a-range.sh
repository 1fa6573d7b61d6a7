#!/bin/bash
# SPDX-License-Identifier: MIT
# A flush is for the whole export, so the message about its failure names no
# range.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin eval

# shellcheck disable=SC2016  # the plugin expands $3
start "$mnt" [ nbdkit eval get_size='echo 1M' pread='head -c $3 /dev/zero' \
  can_write='exit 0' pwrite='cat >/dev/null' \
  can_flush='exit 0' flush='echo ENOSPC full >&2; exit 1' ]
fails dd if=/dev/zero of="$mnt/nbd" bs=4k count=1 conv=notrunc,fsync
grep -q 'No space left' "$tmp/failure" || fail "dd: $(cat "$tmp/failure")"
grep -q '^nbdfuse: nbd: flush: .*No space left' "$tmp/err" \
  || fail "it said: $(cat "$tmp/err")"
fusermount3 -u "$mnt"
ended_with 1
