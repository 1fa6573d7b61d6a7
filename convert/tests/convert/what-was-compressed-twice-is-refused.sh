#!/bin/bash
# SPDX-License-Identifier: MIT
# A compressed file inside of another one is no disk.  Unpacked once, it can be
# converted.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires gzip
requires_ability "codec gzip"

random_file "$tmp/disk" 1m
gzip -c "$tmp/disk" | gzip >"$tmp/twice"
refuses "compressed twice.*unpack it first" "$nbdconvert" "$tmp/twice" "$tmp/d/out"
refuses "compressed twice" "$nbdconvert" - "$tmp/d/out" < <(cat "$tmp/twice")
nothing_is_left
"$nbdconvert" - "$tmp/d/out" < <(gzip -dc "$tmp/twice")
same "$tmp/disk" "$tmp/d/out"
nothing_is_left out
