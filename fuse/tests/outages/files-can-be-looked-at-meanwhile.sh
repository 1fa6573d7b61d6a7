#!/bin/bash
# SPDX-License-Identifier: MIT
# In an outage df, ls and stat work, with what is known, and files can be opened
# and closed.
. "${srcdir:-.}/tests/lib/mounts/away.sh"

truncate -s 64M "$tmp/disk"
for known in "" known; do
  start_away --reconnect-timeout=5m -o attr_timeout=0,entry_timeout=0
  [ -z "$known" ] || expect 0 stat -c %b "$mnt/nbd"
  go
  expect 67108864 stat -c %s "$mnt/nbd"
  if [ -n "$known" ]; then
    expect 0 stat -c %b "$mnt/nbd"
  else
    expect 131072 stat -c %b "$mnt/nbd"
  fi
  expect nbd ls "$mnt"
  df "$mnt" >/dev/null
  : <"$mnt/nbd"
  fusermount3 -u "$mnt"
  ended
done
