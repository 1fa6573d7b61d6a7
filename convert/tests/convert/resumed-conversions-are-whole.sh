#!/bin/bash
# SPDX-License-Identifier: MIT
# --resume: after kill -9 in the middle, the same command continues, and the
# result is complete.  What cannot be resumed, or has changed, is refused at
# once.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img qemu-nbd xz
requires_ability "codec xz parallel"
requires_nbdkit plugin file

random_file "$tmp/disk" 8M
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/disk.qcow2"
xz -0 --block-size=512KiB <"$tmp/disk" >"$tmp/disk.xz"
truncate -s 8M "$tmp/export"
serve unix nbdkit -f file "$tmp/export"
uri="nbd+unix:///?socket=$sock"
journal=$tmp/journal

some_is_durable ()
{
  [ -e "$journal" ] && grep -q ^done "$journal"
}

# killed SOURCE DESTINATION LEFT: convert, and kill the program in the middle.
killed ()
{
  local program
  "$nbdconvert" --resume="$journal" --rate=1M --to=raw "$1" "$2" &
  program=$!
  servers+=("$program")
  wait_until some_is_durable
  kill -KILL "$program"
  wait "$program" || :
  unset 'servers[-1]'
  rm -rf "$TMPDIR"/nbdconvert-* # that is all that stays
  nothing_is_left "$3"
}

# goes_on SOURCE DESTINATION [OPTION...]: resume until the end.
goes_on ()
{
  "$nbdconvert" --resume="$journal" --progress=json:3 "${@:3}" "$1" "$2" \
    3>"$tmp/progress"
  [ ! -e "$journal" ] || fail "the journal is still there"
  ! tail -n 1 "$tmp/progress" | grep -q '"skipped": 0,' \
    || fail "it has begun anew: $(cat "$tmp/progress")"
}

for in in disk disk.qcow2 disk.xz; do
  killed "$tmp/$in" "$tmp/d/out" out.unfinished
  goes_on "$tmp/$in" "$tmp/d/out" --to=raw
  same "$tmp/disk" "$tmp/d/out"
  nothing_is_left out
  rm "$tmp/d/out"
done
killed "$tmp/disk.qcow2" "$uri" ''
goes_on "$tmp/disk.qcow2" "$uri" --verify
same "$tmp/disk" "$tmp/export"

# The source has changed, so the result would be a mixture of two images.
killed "$tmp/disk.qcow2" "$tmp/d/out" out.unfinished
[ "$(stat -c %a "$tmp/d/out.unfinished")" = 600 ] || fail "all can read it"
qemu-io -f qcow2 -c 'write 0 1M' "$tmp/disk.qcow2" >"$tmp/said"
refuses "the source has changed" "$nbdconvert" --resume="$journal" --to=raw \
  "$tmp/disk.qcow2" "$tmp/d/out"
nothing_is_left out.unfinished
rm "$journal" "$tmp/d/out.unfinished"

# qemu-img would make an empty image where the journal says that data was
# written.
refuses "an unfinished qcow2 image cannot be resumed" \
  "$nbdconvert" --resume="$journal" "$tmp/disk" "$tmp/d/out.qcow2"
refuses "can only be read once" \
  "$nbdconvert" --resume="$journal" - "$tmp/d/out" < <(cat "$tmp/disk")
xz -0 <"$tmp/disk.qcow2" >"$tmp/one.xz"
refuses "can only be read from its beginning" \
  "$nbdconvert" --resume="$journal" "$tmp/one.xz" "$tmp/d/out"
[ ! -e "$journal" ] || fail "there is a journal of nothing"
nothing_is_left
