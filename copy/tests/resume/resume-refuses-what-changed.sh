#!/bin/bash
# SPDX-License-Identifier: MIT
# A journal is for one copy: another source, destination or argument is refused,
# and the journal stays as it is.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory plugin eval filter log

random_file "$tmp/in" 4M
random_file "$tmp/in2" 4M

# half OFFSET: serve a destination that refuses writes from OFFSET on, so that
# the first run fails after the first half was flushed.
truncate -s 4M "$tmp/disk"
half ()
{
  serve_uri nbdkit -f -t 1 --filter=log eval logfile="$tmp/log" \
    get_size='echo 4M' can_write='exit 0' can_flush='exit 0' \
    flush='exit 0' can_zero='exit 3' \
    pread="dd if=$tmp/disk skip=\$4 count=\$3 iflag=count_bytes,skip_bytes \
             status=none" \
    pwrite="[ \$4 -lt $1 ] || { echo ENOSPC >&2; exit 1; }
            dd of=$tmp/disk seek=\$4 oflag=seek_bytes conv=notrunc \
              status=none"
}
run ()
{
  "$nbdcopy" --resume="$tmp/journal" --checkpoint=64k --request-size=64k \
    --requests=1 --connections=1 "$@"
}

half 2097152
cp "$tmp/in" "$tmp/keep"
refuses 'write at offset 2097152 failed' run "$tmp/in" "$uri"
[ -s "$tmp/journal" ] || fail "there is no journal"
grep -q '^done 0 ' "$tmp/journal"
cp "$tmp/journal" "$tmp/good"

refuses 'is of another source' run "$tmp/in2" "$uri"
refuses 'is of a copy with other arguments' run --length=1M "$tmp/in" "$uri"
serve_uri nbdkit -f memory 4M
refuses 'is of another destination' run "$tmp/in" "$uri"
stop_server
touch "$tmp/in"
uri="nbd+unix:///?socket=$tmp/sock.1"
refuses 'the source has changed' run "$tmp/in" "$uri"
touch -r "$tmp/keep" "$tmp/in"
cp -p "$tmp/in" "$tmp/keep"
echo 'my diary' >"$tmp/diary"
refuses 'this file is not a journal' "$nbdcopy" --resume="$tmp/diary" \
  "$tmp/in" "$uri"
expect 'my diary' cat "$tmp/diary"
truncate -s 1M "$tmp/zeroes"
refuses 'this file is not a journal' "$nbdcopy" --resume="$tmp/zeroes" \
  "$tmp/in" "$uri"
expect 1048576 stat -c %s "$tmp/zeroes"
refuses 'cannot be resumed' "$nbdcopy" --resume="$tmp/journal" \
  "$tmp/in" null:
cmp "$tmp/journal" "$tmp/good"
