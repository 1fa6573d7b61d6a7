#!/bin/bash
# SPDX-License-Identifier: MIT
# --verify reads the destination back: it succeeds with good servers, and fails
# if data or zeroes are not what was written.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory plugin null plugin eval plugin file \
  filter log

random_file "$tmp/in" 2M
truncate -s 16M "$tmp/in"
serve_uri nbdkit -f --filter=log file "$tmp/in" logfile="$tmp/log"
from=$uri
for options in "" --synchronous --no-extents --allocated "--sparse=0" \
               "--request-size=4k" "--offset=512"; do
  serve_uri nbdkit -f memory 16M
  : >"$tmp/log"
  # shellcheck disable=SC2086  # none or one
  "$nbdcopy" --verify $options "$from" "$uri"
  read=$(grep -ao 'Read .*count=0x[0-9a-f]* ' "$tmp/log" | sed 's/.*count=//' \
           | { n=0; while read -r x; do n=$((n + x)); done; echo $n; })
  [ "$read" -le 16777216 ] || fail "the source was read twice: $read bytes"
  # shellcheck disable=SC2086
  "$nbdcopy" --verify $options "$tmp/in" "$tmp/out"
done

# This server does not store data.
serve_uri nbdkit -f null 16M
refuses 'verification failed: the .* at offset [0-9]* .* not what was copied' \
  "$nbdcopy" --verify "$tmp/in" "$uri"
# This server does not store zeroes.
truncate -s 0 "$tmp/zeroes"
truncate -s 1M "$tmp/zeroes"
serve_uri nbdkit -f eval get_size='echo 1M' can_write='exit 0' \
  can_zero='exit 0' zero='exit 0' pwrite='cat >/dev/null' \
  pread='head -c $3 /dev/urandom'
refuses 'verification failed: the .* are not zero' \
  "$nbdcopy" --verify "$tmp/zeroes" "$uri"
refuses 'cannot be read back' "$nbdcopy" --verify "$tmp/in" null:

# After a failed verification the journal is removed, so that a second run does
# not trust it.
serve_uri nbdkit -f eval get_size='echo 16M' can_write='exit 0' \
  can_flush='exit 0' flush='exit 0' pwrite='cat >/dev/null' can_zero='exit 3' \
  pread='head -c $3 /dev/zero'
for _ in 1 2; do
  refuses 'verification failed' "$nbdcopy" --verify \
    --resume="$tmp/journal" "$tmp/in" "$uri"
done
