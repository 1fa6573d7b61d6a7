#!/bin/bash
# SPDX-License-Identifier: MIT
# If the complete result cannot be renamed, because meanwhile a directory took
# its name, the error says where it stays.
. "${srcdir:-.}/tests/lib/convert/convert.sh"

random_file "$tmp/disk" 4M
mkfifo "$tmp/source"
"$nbdconvert" --from=raw - "$tmp/d/new" <"$tmp/source" 2>"$tmp/err" &
pid=$!
exec 3>"$tmp/source"
cat "$tmp/disk" >&3
wait_until compgen -G "$tmp/d/.nbdconvert-*" >"$tmp/name"
mkdir "$tmp/d/new"
touch "$tmp/d/new/file"
exec 3>&-
status=0
wait "$pid" || status=$?
expect 1 echo "$status"
kept=$(cat "$tmp/name")
grep -F "complete" "$tmp/err" | grep -F "It stays in $kept" || fail "$(cat "$tmp/err")"
same "$tmp/disk" "$kept"
