#!/bin/bash -
# SPDX-License-Identifier: MIT
# ThreadSanitizer works: it reports a program that has a race.

. "${srcdir:-.}/tests/lib/threads.sh"

requires_thread_sanitizer
status=0
"${fixed[@]}" "$threads/a-race-is-seen" race >"$tmp/log" 2>&1 || status=$?
[ "$status" -eq 66 ] || fail "the race was not seen: exit status $status"
grep -q 'data race' "$tmp/log" || fail "the report is of something else"
