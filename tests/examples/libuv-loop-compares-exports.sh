#!/bin/bash
# SPDX-License-Identifier: MIT
# libuv-loop compares exports: equal ones, ones that differ in a byte or in
# size, and one that cannot be reached.  It also does so if a server is killed
# in the middle.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
requires_uris
[ -x examples/libuv-loop ] || skip "built without libuv"
requires_outliving

compare ()
{
  local want=$1 status=0
  shift
  timeout 100 examples/libuv-loop "$@" 2>"$tmp/err" || status=$?
  [ "$status" = "$want" ] || fail "status $status for $*: $(cat "$tmp/err")"
}

random_file "$tmp/disk" 5M
cp "$tmp/disk" "$tmp/other"
printf x | dd of="$tmp/other" bs=1 seek=4999999 conv=notrunc status=none
# With several threads, nbdkit may abort when a client leaves early.
serve unix nbdkit -f --threads=1 file dir="$tmp"
compare 0 "nbd+unix:///disk?socket=$sock" "nbd+unix:///disk?socket=$sock"
compare 1 "nbd+unix:///disk?socket=$sock" "nbd+unix:///other?socket=$sock"
truncate -s 4M "$tmp/other"
compare 1 "nbd+unix:///disk?socket=$sock" "nbd+unix:///other?socket=$sock"
compare 2 "nbd+unix:///disk?socket=$sock" "nbd+unix:///none?socket=$sock"
compare 2 "nbd+unix:///disk?socket=$sock" "nbd+unix:///?socket=$tmp/none"
cp "$tmp/disk" "$tmp/same"
outlives "$tmp/same" compare 0 "nbd+unix:///?socket=SOCKET&$stays" \
  "nbd+unix:///disk?socket=$sock&$stays"
