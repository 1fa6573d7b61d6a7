#!/bin/bash
# SPDX-License-Identifier: MIT
# --retry: the server of the source, or of the destination, is killed and
# started again; data that it had not flushed is copied again.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory plugin eval plugin file

random_file "$tmp/in" 8M
# A server that dies in the middle of the first copy, and loses what it was sent
# since the last flush.  A file records that it has died.
cat >"$tmp/mortal" <<'END'
#!/bin/bash
# mortal SOCKET DISK
child=
trap '[ -z "$child" ] || kill -9 $child; exit' TERM
while :; do
  rm -f "$1"
  cp "$2" "$2.volatile"
  nbdkit -f -t 1 -U "$1" eval get_size='echo 8M' \
    can_write='exit 0' can_flush='exit 0' can_zero='exit 3' \
    flush="cp $2.volatile $2" \
    pread="[ -e $2.died ] || [ \$4 -lt 4194304 ] || {
             touch $2.died; kill -9 \$PPID; exit 1; }
           dd if=$2.volatile skip=\$4 count=\$3 \
             iflag=count_bytes,skip_bytes status=none" \
    pwrite="[ -e $2.died ] || [ \$4 -lt 4194304 ] || {
              touch $2.died; kill -9 \$PPID; exit 1; }
            dd of=$2.volatile seek=\$4 oflag=seek_bytes conv=notrunc \
              status=none" &
  child=$!
  wait $child
done
END
mortal ()
{
  bash "$tmp/mortal" "$tmp/s$1" "$2" 2>"$tmp/mortal.log" &
  servers+=($!)
  wait_until test -S "$tmp/s$1"
  uri="nbd+unix:///?socket=$tmp/s$1"
}

alive () { "$nbdcopy" --length=1 "$uri" null: 2>/dev/null; }

cp "$tmp/in" "$tmp/disk1"
mortal 1 "$tmp/disk1"
refuses 'read at offset' "$nbdcopy" "$uri" "$tmp/out"
wait_until alive
rm "$tmp/disk1.died"
"$nbdcopy" --retry=50 "$uri" "$tmp/out" 2>"$tmp/stderr" \
  || fail "$(cat "$tmp/stderr")"
grep -q 'the connection was lost (.*) and is open again' "$tmp/stderr"
same "$tmp/in" "$tmp/out"
wait_until alive
rm "$tmp/disk1.died"
"$nbdcopy" --retry=50 "$uri" - 2>/dev/null | cmp - "$tmp/in"

truncate -s 8M "$tmp/disk2"
mortal 2 "$tmp/disk2"
for options in "" "--checkpoint=64k --request-size=64k --requests=4"; do
  wait_until alive
  rm -f "$tmp/disk2.died"
  # shellcheck disable=SC2086  # several
  "$nbdcopy" --retry=50 --flush $options "$tmp/in" "$uri" 2>"$tmp/stderr" \
    || fail "$(cat "$tmp/stderr")"
  grep -q 'and is open again' "$tmp/stderr"
  same "$tmp/in" "$tmp/disk2"
  truncate -s 0 "$tmp/disk2"
  truncate -s 8M "$tmp/disk2"
done

# The server does not come back.
serve_uri nbdkit -f -t 1 eval get_size='echo 8M' pread='kill -9 $PPID'
refuses 'could not be restored within 0.3 s' "$nbdcopy" --retry=2 "$uri" null:
