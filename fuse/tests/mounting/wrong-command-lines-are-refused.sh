#!/bin/bash
# SPDX-License-Identifier: MIT
. "${srcdir:-.}/tests/lib/fuse.sh"

# refused TEXT ARGUMENT...: status 1, and the message contains the text.
refused ()
{
  local text=$1 status=0
  shift
  "$nbdfuse" "$@" >"$tmp/out" 2>&1 || status=$?
  [ "$status" = 1 ] || fail "nbdfuse $* ended with $status"
  grep -q -e "$text" "$tmp/out" || fail "nbdfuse $*: $(cat "$tmp/out")"
  ! mountpoint -q "$mnt" || fail "nbdfuse $*: mounted"
}

refused "a mount point and a server are needed"
refused "a mount point and a server are needed" "$mnt"
refused "unrecognized" --no-such-option "$mnt" nbd://localhost
refused "no-such-mode" "$mnt" --no-such-mode x
refused "options come before the mount point" "$mnt" -r nbd://localhost
refused . "$mnt" --tcp localhost
refused . "$mnt" --unix
refused . "$mnt" [ true
refused 1024 -C 1025 "$mnt" --unix "$tmp/none"
refused . -C 0 "$mnt" --unix "$tmp/none"
refused "$tmp/none/none" "$tmp/none/none" --unix "$tmp/none"
refused "regular file" /dev/null --unix "$tmp/none"
refused . "$mnt" --unix "$tmp/none"
refused several --exports "$mnt" --command false
refused "$tmp/none" --exports "$tmp/none" --unix "$tmp/none"

# A pidfile that would never be written, since it is in the mount.
ln -s "$mnt" "$tmp/link"
touch "$tmp/file"
hidden='--pidfile .*: it would be hidden by the mount'
refused "$hidden" -P "$mnt/pid" "$mnt" --unix "$tmp/none"
refused "$hidden" -P "$tmp/link/pid" "$mnt" --unix "$tmp/none"
refused "$hidden" -P "$tmp/file" "$tmp/file" --unix "$tmp/none"
refused "No such file" -P "$mnt.pid" "$mnt" --unix "$tmp/none"

# Descriptors that are not open, or not sockets.
for fd in 3 4 5 6 7 8 9; do
  refused "descriptor $fd is not open" "$mnt" --fd $fd
done
refused "descriptor 7 is not a socket" "$mnt" --fd 7 7<"$tmp/file"

requires_nbdkit plugin memory
refused . -o no_such_option "$mnt" --command nbdkit -s memory 1M
