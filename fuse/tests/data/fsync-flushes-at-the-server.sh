#!/bin/bash
# SPDX-License-Identifier: MIT
# fsync sends a flush after all writes were answered; close sends none.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory filter log

start "$mnt" --command nbdkit -s --filter=log memory 8M logfile="$tmp/log"
head -c 4M /dev/zero >"$mnt/nbd"
! grep -q Flush "$tmp/log" || fail "close has flushed"
dd if=/dev/zero of="$mnt/nbd" bs=64k count=32 conv=notrunc,fsync status=none
awk '/ Write .*\.\.\.$/ { open++ } /\.\.\.Write / { open-- }
  / Flush .*\.\.\.$/ { if (open) { print open " writes open"; exit 1 } done++ }
  END { exit done != 1 }' "$tmp/log" || fail "$(cat "$tmp/log")"
head -c 1000 /dev/zero >"$mnt/nbd"
unmount
# What was written since then is flushed at the end.
expect 2 grep -c ' Flush .*\.\.\.$' "$tmp/log"
