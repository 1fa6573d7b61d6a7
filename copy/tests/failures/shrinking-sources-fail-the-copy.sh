#!/bin/bash
# SPDX-License-Identifier: MIT
# The source file becomes shorter while it is copied: the copy fails, and has no
# zeroes in place of the missing data.
. "${srcdir:-.}/tests/lib/copy.sh"

random_file "$tmp/in" 20M
cp "$tmp/in" "$tmp/original"
mkfifo "$tmp/fifo"
status=0
"$nbdcopy" --queue-size=1M "$tmp/in" "$tmp/fifo" 2>"$tmp/stderr" &
pid=$!
{
  head -c 65536
  # The queue and the pipe are full, most of the file is unread.
  truncate -s 10M "$tmp/in"
  cat
} <"$tmp/fifo" >"$tmp/out"
wait $pid || status=$?
[ "$status" = 1 ] || fail "exit status $status instead of 1"
grep -q 'read at offset [0-9]* failed: the source has become shorter' \
  "$tmp/stderr" || fail "$(cat "$tmp/stderr")"
cmp -n "$(stat -c %s "$tmp/out")" "$tmp/original" "$tmp/out"

# All of it is a hole, so it is not read and no read fails.
truncate -s 1G "$tmp/hole"
"$nbdcopy" "$tmp/hole" "$tmp/fifo" 2>"$tmp/stderr" &
pid=$!
status=0
{
  head -c 65536 >/dev/null
  truncate -s 1M "$tmp/hole"
  cat >/dev/null
} <"$tmp/fifo"
wait $pid || status=$?
[ "$status" = 1 ] || fail "exit status $status instead of 1"
grep -q 'was truncated while it was copied\|has become shorter' \
  "$tmp/stderr" || fail "$(cat "$tmp/stderr")"
