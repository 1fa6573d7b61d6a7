#!/bin/bash
# SPDX-License-Identifier: MIT
# With --retry or --reconnect-timeout the server of the source may be
# restarted in the middle, whether its bytes are copied, decoded, or read by
# qemu-nbd.  With --quiet no message is printed.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
. "$srcdir/tests/lib/outliving.sh"
requires qemu-img qemu-nbd xz
requires_ability "codec xz parallel"
requires_nbdkit plugin file

random_file "$tmp/disk" 8M
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/disk.qcow2"
xz -0 --block-size=512KiB --keep "$tmp/disk"

copies ()
{
  grep -q '"copied": [1-9]' "$tmp/progress"
}

# survives FILE OPTION: replace the server of FILE in the middle.
survives ()
{
  local status=0 program
  : >"$tmp/progress"
  serve unix nbdkit -f file "$tmp/$1"
  "$nbdconvert" --quiet --memory=16M --rate=4M --progress=json:3 "$2" \
    "nbd+unix:///?socket=$sock" "$tmp/d/out" \
    3>"$tmp/progress" 2>"$tmp/stderr" &
  program=$!
  wait_until copies
  replace_server nbdkit -f file "$tmp/$1"
  wait "$program" || status=$?
  [ "$status" = 0 ] || fail "$1 $2: status $status: $(cat "$tmp/stderr")"
  [ ! -s "$tmp/stderr" ] || fail "$1 $2: $(cat "$tmp/stderr")"
  same "$tmp/disk" "$tmp/d/out"
  nothing_is_left out
  stop_server
}
for file in disk disk.xz disk.qcow2; do
  survives $file --retry=10
  survives $file --reconnect-timeout=1m
done
