#!/bin/bash
# SPDX-License-Identifier: MIT
# Zeroes of the source replace old content of the destination, whether the
# server can write zeroes or not.  With --destination-is-zero no zeroes are
# written.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin file plugin memory filter nozero filter noextents \
  filter log

truncate -s 8M "$tmp/in"
for at in 0 3; do
  dd if=/dev/urandom of="$tmp/in" bs=1M seek=$at count=1 conv=notrunc \
    status=none
done
for filters in "" --filter=nozero "--filter=nozero --filter=noextents"; do
  for options in "" --allocated "--sparse=0" --no-extents --synchronous \
                 "--request-size=1M"; do
    random_file "$tmp/out" 8M
    # shellcheck disable=SC2086  # several filters
    serve_uri nbdkit -f $filters file "$tmp/out"
    # shellcheck disable=SC2086
    "$nbdcopy" $options "$tmp/in" "$uri"
    stop_server
    same "$tmp/in" "$tmp/out"
  done
done
# If only a part of a file is written, the rest is kept.
random_file "$tmp/out" 9M
tail -c 1M "$tmp/out" >"$tmp/rest"
"$nbdcopy" --destination-length=8M "$tmp/in" "$tmp/out"
cmp -n 8388608 "$tmp/in" "$tmp/out"
tail -c 1M "$tmp/out" | cmp - "$tmp/rest"

serve_uri nbdkit -f --filter=log memory 8M logfile="$tmp/log"
for option in --destination-is-zero --target-is-zero; do
  : >"$tmp/log"
  "$nbdcopy" $option "$tmp/in" "$uri"
  grep -q 'Write ' "$tmp/log"
  ! grep -q 'Zero ' "$tmp/log" || fail "$option: zeroes were written"
done
: >"$tmp/log"
"$nbdcopy" "$tmp/in" "$uri"
grep -q 'Zero .*fua=0.*may_trim=1' "$tmp/log" || grep -q 'Zero ' "$tmp/log"
"$nbdcopy" "$uri" "$tmp/back"
same "$tmp/in" "$tmp/back"
