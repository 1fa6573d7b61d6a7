#!/bin/bash
# SPDX-License-Identifier: MIT
# A mount point that does not exist and has no slash is refused: as a new file
# in the current directory it would hide all files there.  Existing files and
# directories, and ./NAME, are accepted.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory
server=(--command nbdkit -s memory 1M)
touch "$tmp/kept"
cd "$mnt"

# refused TEXT ARGUMENT...: status 1, and the message contains the text.
refused ()
{
  local text=$1 status=0
  shift
  "$nbdfuse" "$@" "${server[@]}" >"$tmp/out" 2>&1 || status=$?
  [ "$status" = 1 ] || fail "nbdfuse $* ended with $status"
  grep -q -e "$text" "$tmp/out" || fail "nbdfuse $*: $(cat "$tmp/out")"
  ! mountpoint -q "$mnt" || fail "nbdfuse $*: mounted"
}

refused "disc.raw: it does not exist.*DIRECTORY/NAME.*\./disc.raw" disc.raw
refused "does not exist" ""
refused "No such file or directory" disc.raw/
refused "No such file or directory" ./disc.raw/
refused "No such file or directory" disc.raw/..
ln -s nowhere "$tmp/link"
refused "link: it is a symbolic link to nowhere, which does not exist" ../link
refused "root directory" /
refused "root directory" "/causeway-does-not-exist"
refused "Not a directory" "$tmp/kept/disc.raw"

# works MOUNTPOINT FILE [DIRECTORY]: after mounting, FILE is the disk.
works ()
{
  start "$1" "${server[@]}"
  expect 1048576 stat -c %s "$2"
  fusermount3 -u "${3-$mnt}"
  ended
}
works ./disc.raw "$mnt/disc.raw"
works . "$mnt/nbd"
works ../mnt/ "$mnt/nbd"
cd "$tmp"
works mnt "$mnt/nbd"
works mnt/disc.raw "$mnt/disc.raw"
works mnt/../mnt/./disc.raw "$mnt/disc.raw"
works kept "$tmp/kept" "$tmp/kept"
ln -s mnt "$tmp/other"
works other/disc.raw "$mnt/disc.raw"
