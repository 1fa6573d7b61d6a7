#!/bin/bash
# SPDX-License-Identifier: MIT
# A signal unmounts, also while a file is open; data that was written is not
# lost.  Then nbdfuse dies of the signal, so that a loop in a shell ends, too.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin file

random_file "$tmp/new" 6M
ulimit -c 0
for signal in INT TERM HUP QUIT; do
  truncate -s 0 "$tmp/disk"
  truncate -s 8M "$tmp/disk"
  start "$mnt" [ nbdkit --pidfile "$tmp/nbdkit.pid" file "$tmp/disk" ]
  exec {open}<>"$mnt/nbd"
  cat "$tmp/new" >&"$open"
  kill -"$signal" "$pid"
  ended_with $((128 + $(kill -l "$signal")))
  exec {open}>&- || :
  same_range "$tmp/new" "$tmp/disk" 0 6291456
  ! kill -0 "$(cat "$tmp/nbdkit.pid")" 2>/dev/null || fail "nbdkit still runs"
  expect "" ls "$mnt"
done
