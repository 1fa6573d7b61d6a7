#!/bin/bash
# SPDX-License-Identifier: MIT
# The server is killed while dd writes.  The message that it has gone is printed
# once, however many connections end.
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory
requires_uris

serve unix nbdkit -f --exit-with-parent memory 1G
start "$mnt" "nbd+unix:///?socket=$sock"
mkfifo "$tmp/data"
dd if="$tmp/data" of="$mnt/nbd" bs=64k conv=notrunc >"$tmp/dd" 2>&1 &
writer=$!
exec {data}>"$tmp/data"
head -c 8M /dev/zero >&"$data"
kill -KILL "$server"
# dd may end before it has read all.
(head -c 64M /dev/zero >&"$data" || :) 2>/dev/null
exec {data}>&-
! wait "$writer" || fail "dd succeeded"
grep -q 'Input/output error' "$tmp/dd" || fail "dd said: $(cat "$tmp/dd")"

expect $((1 << 30)) stat -c %s "$mnt/nbd"
fails dd if="$mnt/nbd" of=/dev/null bs=4k count=1 skip=100000
grep -q 'Input/output error' "$tmp/failure" || fail "reading: $(cat "$tmp/failure")"
fails dd if=/dev/zero of="$mnt/nbd" bs=4k count=1 conv=notrunc,fsync
expect nbd ls "$mnt"
fusermount3 -u "$mnt"
ended_with 1
expect 1 grep -c 'the server has gone' "$tmp/err"
grep -q 'flushing at the end failed, what was written last may be lost' \
  "$tmp/err" || fail "no warning: $(cat "$tmp/err")"
