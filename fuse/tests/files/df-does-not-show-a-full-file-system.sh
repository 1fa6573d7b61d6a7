#!/bin/bash
# SPDX-License-Identifier: MIT
# df does not list the mount, since monitoring would raise an alarm for a file
# system of which all blocks, or all inodes, are in use.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory

start "$mnt" [ nbdkit memory 1G ]
expect "0 0 0 0 0" stat -f -c '%b %f %a %c %d' "$mnt"
expect "- -" sh -c "df --output=pcent,ipcent '$mnt' | awk 'NR == 2 { print \$1, \$2 }'"
! df | grep -q -F "$mnt" || fail "df lists the mount: $(df)"
unmount
