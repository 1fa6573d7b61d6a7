#!/bin/bash
# SPDX-License-Identifier: MIT
# The second run writes only what the journal does not have, and ignores lines
# of the journal that a crash has damaged.
. "${srcdir:-.}/tests/lib/copy.sh"

random_file "$tmp/in" 8M

# The first run is killed when the journal has an entry.
"$nbdcopy" --resume="$tmp/journal" --checkpoint=64k --request-size=64k \
  --rate=128k --connections=1 --requests=1 "$tmp/in" "$tmp/out" &
pid=$!
noted () { grep -q '^done 0 ' "$tmp/journal" 2>/dev/null; }
wait_until noted
kill -9 $pid
wait $pid 2>/dev/null || :
done=$(sed -n 's/^done 0 \([0-9]*\) .*/\1/p' "$tmp/journal" | tail -n 1)
printf 'done %d 8388608 0123456789abcdef\n' "$done" >>"$tmp/journal"
printf 'done 0 83886' >>"$tmp/journal"

# Durable data is not written again: a mark in it stays.
printf X | dd of="$tmp/out" conv=notrunc status=none
"$nbdcopy" --resume="$tmp/journal" "$tmp/in" "$tmp/out"
printf X | cmp -n 1 - "$tmp/out"
cmp -i 1 "$tmp/in" "$tmp/out"
