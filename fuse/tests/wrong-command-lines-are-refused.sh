#!/bin/bash
# SPDX-License-Identifier: MIT
. "${srcdir:-.}/fuse/tests/functions.sh"

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

refused "nbdfuse .*MOUNTPOINT"
refused "nbdfuse .*MOUNTPOINT" "$mnt"
refused "unrecognized" --no-such-option "$mnt" nbd://localhost
refused "no-such-mode" "$mnt" --no-such-mode x
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

requires_nbdkit plugin memory
refused . -o no_such_option "$mnt" --command nbdkit -s memory 1M
