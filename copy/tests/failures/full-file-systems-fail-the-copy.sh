#!/bin/bash
# SPDX-License-Identifier: MIT
# A limit for the size of files, or a full file system, makes the copy fail.
. "${srcdir:-.}/tests/lib/copy.sh"

random_file "$tmp/in" 3M
(
  trap '' XFSZ
  ulimit -f 2048
  refuses 'failed: File too large\|cannot set the size' \
    "$nbdcopy" - "$tmp/out" < <(cat "$tmp/in")
)
[ ! -w /dev/shm ] || [ "$(id -u)" != 0 ] || ! command -v unshare >/dev/null \
  || unshare -m true 2>/dev/null || skip "mounting is not allowed"
if [ "$(id -u)" = 0 ] && command -v unshare >/dev/null; then
  mkdir "$tmp/small"
  export nbdcopy tmp
  unshare -m bash -eu -c '
    mount -t tmpfs -o size=2M none "$tmp/small"
    status=0
    "$nbdcopy" "$tmp/in" "$tmp/small/out" 2>"$tmp/small.err" || status=$?
    [ "$status" = 1 ]
  '
  grep -q 'failed: No space left' "$tmp/small.err"
fi
