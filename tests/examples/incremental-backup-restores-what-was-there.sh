#!/bin/bash
# SPDX-License-Identifier: MIT
# A full backup and two incremental ones, made with the bitmaps of a qcow2
# image, restore the disk as it was at each time.  A backup that is missing,
# cut off, damaged or in the wrong order is refused before anything is written.
# A backup that fails says why in one line, and one that is interrupted leaves no
# file.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
requires_uris
requires_module
requires qemu-img qemu-io qemu-nbd
requires_option qemu-nbd --bitmap
requires_nbdkit plugin file plugin pattern filter delay filter error filter log

backup=(./run "$PYTHON" "$srcdir/examples/incremental_backup.py")
disk=$tmp/disk.qcow2

# export_disk FILE OPTION...: serve the image at $uri, instead of the one that
# was served before.
export_disk ()
{
  [ ${#servers[@]} = 0 ] || stop_server
  serve unix qemu-nbd -t -f qcow2 "${@:2}" "$1"
  uri="nbd+unix:///?socket=$sock"
}

write ()
{
  local command args=()
  for command; do args+=(-c "$command"); done
  qemu-io -f qcow2 "${args[@]}" "$disk" >"$tmp/log" || fail "$(cat "$tmp/log")"
}

# restores TIME FILE...: these backups restore the disk as it was at that time.
restores ()
{
  qemu-img create -q -f qcow2 "$tmp/new.qcow2" 32M
  qemu-io -f qcow2 -c 'write -P 255 0 32M' "$tmp/new.qcow2" >/dev/null
  export_disk "$tmp/new.qcow2"
  "${backup[@]}" restore "$uri" "${@:2}" >"$tmp/log"
  stop_server
  qemu-img compare -q -f qcow2 "$tmp/$1.qcow2" -F qcow2 "$tmp/new.qcow2" \
    || fail "the disk is not as it was $1"
}

refused ()
{
  local text=$1
  shift
  if "${backup[@]}" "$@" 2>"$tmp/err"; then fail "this was done: $*"; fi
  grep -q "$text" "$tmp/err" || fail "no '$text': $(cat "$tmp/err")"
  [ "$(wc -l <"$tmp/err")" = 1 ] || fail "more than a line: $(cat "$tmp/err")"
}

qemu-img create -q -f qcow2 "$disk" 32M
write 'write -P 1 0 3M' 'write -P 2 10M 5M' 'write -P 3 31M 1M'
qemu-img bitmap --add "$disk" b1
cp "$disk" "$tmp/first.qcow2"
export_disk "$disk" -r
"${backup[@]}" full "$uri" "$tmp/full" >"$tmp/log"
grep -q 'full: 9437184 of 33554432 bytes were read' "$tmp/log"
stop_server

qemu-img bitmap --add "$disk" b2
write 'write -P 4 1M 64k' 'write -z 11M 1M' 'write -P 5 20M 192k'
cp "$disk" "$tmp/second.qcow2"
export_disk "$disk" -r -B b1
"${backup[@]}" incremental "$uri" b1 "$tmp/one" "$tmp/full" >"$tmp/log"
grep -q 'one: 262144 of' "$tmp/log" || fail "$(cat "$tmp/log")"
refused 'dirty-bitmap:wrong was not negotiated' \
  incremental "$uri" wrong "$tmp/wrong" "$tmp/full"
refused 'is there already' full "$uri" "$tmp/full"
[ ! -e "$tmp/wrong" ] || fail "a file without a backup"
stop_server

qemu-img bitmap --remove "$disk" b2
qemu-img bitmap --add "$disk" b2
write 'write -P 6 0 64k' 'discard 1M 64k' 'write -P 7 11M 64k'
cp "$disk" "$tmp/third.qcow2"
export_disk "$disk" -r -B b2
"${backup[@]}" incremental "$uri" b2 "$tmp/two" "$tmp/one" >"$tmp/log"
stop_server

restores first "$tmp/full"
restores second "$tmp/full" "$tmp/one"
restores third "$tmp/full" "$tmp/one" "$tmp/two"

# The server is read-only, so each of these must be refused before a write.
export_disk "$tmp/new.qcow2" -r
refused 'one follows must come before' restore "$uri" "$tmp/one"
refused 'two follows must come before' restore "$uri" "$tmp/full" "$tmp/two"
head -c -1000 "$tmp/one" >"$tmp/cut"
refused 'cut is cut off or damaged' restore "$uri" "$tmp/full" "$tmp/cut"
cp "$tmp/one" "$tmp/bad"
printf x | dd of="$tmp/bad" bs=1 seek=70000 conv=notrunc status=none
refused 'bad is cut off or damaged' restore "$uri" "$tmp/full" "$tmp/bad"
refused 'is no backup' restore "$uri" "$disk"
stop_server

# The server fails while more reads are wanted than may be in flight.
serve unix nbdkit -f --filter=error pattern 64M error-pread=EIO \
  error-pread-rate=100%
refused 'Input/output error' full "nbd+unix:///?socket=$sock" "$tmp/half"
stop_server

# Interrupt the backup while reads are in flight.
random_file "$tmp/raw" 4M
log_to_pipe
serve unix nbdkit -f --filter=log --filter=delay file "$tmp/raw" delay-read=3600 \
  logfile="$tmp/log"
set -m # or it would ignore the signal
"${backup[@]}" full "nbd+unix:///?socket=$sock" "$tmp/half" 2>"$tmp/err" &
program=$!
set +m
await_requests 1
[ -e "$tmp/half.part" ] || fail "it has not begun"
kill -INT "$program"
if wait "$program"; then fail "it was not interrupted"; fi
for file in "$tmp/half" "$tmp/half.part"; do
  [ ! -e "$file" ] || fail "half a backup"
done
