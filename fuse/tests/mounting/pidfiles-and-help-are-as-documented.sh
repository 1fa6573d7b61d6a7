#!/bin/bash
# SPDX-License-Identifier: MIT
. "${srcdir:-.}/tests/lib/fuse.sh"
requires_nbdkit plugin memory

"$nbdfuse" --help | grep -q -- --exports || fail "--help"
"$nbdfuse" --fuse-help | grep -q allow_other || fail "--fuse-help"
expect nbdfuse sh -c "'$nbdfuse' --version | sed -n '1s/ .*//p'"
expect libnbd sh -c "'$nbdfuse' -V | sed -n '2s/ .*//p'"
"$nbdfuse" --short-options | tr -d '\n' | grep -q 'C.*d.*o.*P.*r.*s.*v' \
  || fail "--short-options"

"$nbdfuse" --pid-file "$tmp/pid" "$mnt" --command nbdkit -s memory 1M \
  2>"$tmp/err" &
process=$!
servers+=("$process")
# tail waits for the file to appear, or nbdfuse to end.
read -r pid < <(tail -F --pid="$process" "$tmp/pid" 2>/dev/null) \
  || skip "nbdfuse cannot mount here: $(cat "$tmp/err")"
mountpoint -q "$mnt" || fail "the pidfile came before the mount"
kill -TERM "$pid"
status=0
wait "$process" || status=$?
[ "$status" = 143 ] || fail "nbdfuse ended with $status"
[ ! -e "$tmp/pid" ] || fail "the pidfile was left behind"

# If another process has been started with the same pidfile, it is not
# removed.
"$nbdfuse" -P "$tmp/pid" "$mnt" --command nbdkit -s memory 1M &
process=$!
servers+=("$process")
read -r pid < <(tail -F --pid="$process" "$tmp/pid" 2>/dev/null)
echo 1 >"$tmp/pid"
fusermount3 -u "$mnt"
wait "$process" || fail "nbdfuse ended with $?"
expect 1 cat "$tmp/pid"
