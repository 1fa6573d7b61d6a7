#!/bin/bash
# SPDX-License-Identifier: MIT
# A file that exists keeps its content until the result is complete, and its
# permissions after that.  A link stays a link.  What cannot be a destination
# is refused before anything is written.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img

make_disk "$tmp/disk" 16
echo before >"$tmp/d/old"
chmod 604 "$tmp/d/old"
ln -s old "$tmp/d/link"
ln "$tmp/d/old" "$tmp/d/other"
[ "$(id -u)" != 0 ] || chown 1:2 "$tmp/d/old"
owner=$(stat -c '%u %g' "$tmp/d/old")
for to in raw qcow2; do
  "$nbdconvert" --to=$to "$tmp/disk" "$tmp/d/link"
  [ -L "$tmp/d/link" ] || fail "the link is gone"
  same_content "$tmp/d/old" $to "$tmp/disk"
  [ "$(stat -c '%a %u %g' "$tmp/d/old")" = "604 $owner" ] \
    || fail "permissions: $(stat -c '%a %u %g' "$tmp/d/old")"
  expect before cat "$tmp/d/other"
done
(umask 027; "$nbdconvert" "$tmp/disk" "$tmp/d/new")
expect 640 stat -c %a "$tmp/d/new"
(umask 077; "$nbdconvert" --to=qcow2 "$tmp/disk" "$tmp/d/new")
expect 640 stat -c %a "$tmp/d/new"

ln -s nowhere "$tmp/d/dangling"
mkfifo "$tmp/d/fifo"
ln "$tmp/disk" "$tmp/d/same"
long=$(printf %0256d 0)
refused ()
{
  refuses "$1" "$nbdconvert" --plan "$tmp/disk" "$2"
  refuses "$1" "$nbdconvert" "$tmp/disk" "$2"
}
refused "this is a directory" "$tmp/d"
refused "this is no name of a file" "$tmp/d/"
refused "the destination is an empty argument" ""
refuses "the source is an empty argument" "$nbdconvert" "" "$tmp/d/none"
refused "no such directory\|$tmp/none: No such file or directory" "$tmp/none/file"
refused "this symbolic link leads nowhere" "$tmp/d/dangling"
refused "File name too long" "$tmp/d/$long"
refused "Not a directory" "$tmp/d/old/file"
refused "no file, block device or NBD URI" "$tmp/d/fifo"
refused "no file, block device or NBD URI" /dev/null
refused "are the same file" "$tmp/disk"
refused "are the same file" "$tmp/d/same"
nothing_is_left dangling fifo link new old other same
