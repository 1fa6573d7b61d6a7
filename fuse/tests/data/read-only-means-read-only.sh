#!/bin/bash
# SPDX-License-Identifier: MIT
# A mount is read-only if an option, a mount option or the server says so.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory

for kind in -r --readonly --read-only "-o ro" server; do
  arguments=()
  server_option=
  case $kind in
    server) server_option=-r ;;
    *) read -ra arguments <<<"$kind" ;;
  esac
  # shellcheck disable=SC2086  # one word or none
  start "${arguments[@]}" "$mnt" --command nbdkit -s $server_option memory 1M
  expect -r--r--r-- stat -c %A "$mnt/nbd"
  fails dd if=/dev/zero of="$mnt/nbd" bs=4k count=1 conv=notrunc
  grep -q 'Read-only\|Permission denied' "$tmp/failure" \
    || fail "$kind: $(cat "$tmp/failure")"
  zero_range "$mnt/nbd" 0 1048576
  findmnt -n -o OPTIONS "$mnt" | grep -q '^ro,' || fail "$kind: not mounted ro"
  unmount
done
