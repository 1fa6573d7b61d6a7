#!/bin/bash
# SPDX-License-Identifier: MIT
# The server of the destination dies and loses what it had not flushed.  The
# journal has only what was flushed, and --resume copies the rest.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin eval

random_file "$tmp/in" 4M
truncate -s 4M "$tmp/disk"
uri="nbd+unix:///?socket=$tmp/s"
# life DEATH: serve the data that is durable; die at the first write at offset
# DEATH or behind it.
life ()
{
  rm -f "$tmp/s"
  rm -f "$tmp/pid"
  cp "$tmp/disk" "$tmp/volatile"
  nbdkit -f -t 1 -P "$tmp/pid" -U "$tmp/s" eval get_size='echo 4M' \
    can_write='exit 0' can_flush='exit 0' can_zero='exit 3' \
    flush="cp $tmp/volatile $tmp/disk" \
    pread="dd if=$tmp/volatile skip=\$4 count=\$3 \
             iflag=count_bytes,skip_bytes status=none" \
    pwrite="[ \$4 -lt $1 ] || { kill -9 \$PPID; exit 1; }
            dd of=$tmp/volatile seek=\$4 oflag=seek_bytes conv=notrunc \
              status=none" &
  server=$!
  servers+=("$server")
  wait_until test -s "$tmp/pid"
}
copy ()
{
  "$nbdcopy" --resume="$tmp/journal" --checkpoint=512k --request-size=256k \
    --requests=4 "$tmp/in" "$uri"
}

for death in 1000000 2000000 3000000; do
  life $death
  refuses 'write at offset [0-9]* failed' copy
  [ -s "$tmp/journal" ] || fail "there is no journal"
  wait "$server" 2>/dev/null || :
  unset 'servers[-1]'
done
! cmp -s "$tmp/in" "$tmp/disk" || fail "it was complete before its end"
life 4194304
copy
[ ! -e "$tmp/journal" ] || fail "the journal is still there"
same "$tmp/in" "$tmp/disk"
