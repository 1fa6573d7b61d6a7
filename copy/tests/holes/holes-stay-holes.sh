#!/bin/bash
# SPDX-License-Identifier: MIT
# Holes of the source are holes in the copy.  Zeroes in its data become holes if
# they are as long as --sparse says; --allocated and --sparse=0 prevent that.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin file plugin data

truncate -s 64M "$tmp/in"
for at in 0 10 63; do
  dd if=/dev/urandom of="$tmp/in" bs=1M seek=$at count=1 conv=notrunc \
    status=none
done
dd if=/dev/zero of="$tmp/in" bs=1M seek=20 count=4 conv=notrunc status=none
serve_uri nbdkit -f file "$tmp/in"
for from in "$tmp/in" "$uri" -; do
  for options in "" --synchronous --no-extents "--sparse=64k" \
                 "--request-size=1M" "--sparse=1M"; do
    rm -f "$tmp/out"
    # shellcheck disable=SC2086  # none or one
    "$nbdcopy" $options "$from" "$tmp/out" < <(cat "$tmp/in")
    same "$tmp/in" "$tmp/out"
    kib=$(allocated_kib "$tmp/out")
    [[ $kib -ge 3072 && $kib -le 4096 ]] \
      || fail "$from $options: $kib KiB are allocated instead of 3 MiB"
  done
  rm -f "$tmp/out"
  "$nbdcopy" --allocated "$from" "$tmp/out" < <(cat "$tmp/in")
  same "$tmp/in" "$tmp/out"
  [ "$(allocated_kib "$tmp/out")" -ge 65536 ] || fail "it is not allocated"
done
rm -f "$tmp/out"
"$nbdcopy" --sparse=0 "$uri" "$tmp/out"
same "$tmp/in" "$tmp/out"
kib=$(allocated_kib "$tmp/out")
[[ $kib -ge 7168 && $kib -le 9000 ]] \
  || fail "--sparse=0: $kib KiB are allocated instead of 7 MiB"
