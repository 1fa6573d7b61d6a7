#!/bin/bash
# SPDX-License-Identifier: MIT
# If a helper is killed, or the program gets a signal, while both work, the
# destination is unchanged, and no scratch file and no process is left.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img qemu-nbd xz pgrep
requires_ability "codec xz parallel" "transport url ranges" \
  "transport url in-order"
requires_nbdkit plugin curl

random_file "$tmp/disk" 16M
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/web/disk.qcow2"
xz -0 --block-size=1MiB <"$tmp/disk" >"$tmp/web/disk.xz"
# It is decoded to the end, at the same rate, before anything is copied.
random_file "$tmp/small" 4M
qemu-img convert -O qcow2 "$tmp/small" "$tmp/small.qcow2"
xz -0 <"$tmp/small.qcow2" >"$tmp/web/one.xz"
web "$@"
echo before >"$tmp/d/kept"

# The program has copied something, or has ended.
copies ()
{
  grep -q '"copied": [1-9]' "$tmp/progress" || ! is_there "$program"
}
is_there ()
{
  [ -e "/proc/$1/exe" ]
}
gone ()
{
  ! is_there "$1"
}

# ends WHO SIGNAL STATUS ARGUMENT...: send a signal to a helper or to the
# program itself in the middle of the conversion.
ends ()
{
  local who=$1 signal=$2 want=$3 status=0 victim children child
  shift 3
  : >"$tmp/progress"
  LD_LIBRARY_PATH=$library_dir "$real" \
    --rate=1M --progress=json:3 "$@" 3>"$tmp/progress" 2>"$tmp/stderr" &
  program=$!
  wait_until copies
  children=$(pgrep -P "$program") || :
  victim=$program
  [ "$who" = nbdconvert ] || victim=$(pgrep -P "$program" -x "$who") \
    || fail "there is no $who for $*: $(cat "$tmp/stderr")"
  kill "-$signal" "${victim%%$'\n'*}"
  wait "$program" || status=$?
  [ "$status" = "$want" ] \
    || fail "$who $signal: status $status of $*: $(cat "$tmp/stderr")"
  [ -s "$tmp/stderr" ] || fail "$who $signal: not a word of $*"
  for child in $children; do wait_until gone "$child"; done
  nothing_is_left kept
  [ "$(cat "$tmp/d/kept")" = before ] || fail "the old file is gone: $*"
}
# The helpers are children of the real program, not of libtool's script.
real=$builddir/convert/.libs/nbdconvert
[ -x "$real" ] || real=$builddir/convert/nbdconvert

# helper NAME ARGUMENT...: kill this helper.
helper ()
{
  ends "$1" KILL 1 "${@:2}"
  grep -q "nbdconvert: $1 was killed by signal 9" "$tmp/stderr" \
    || fail "not a word of $1: $(cat "$tmp/stderr")"
}
# signals ARGUMENT...: send signals to the program.
signals ()
{
  ends nbdconvert TERM 143 "$@"
  ends nbdconvert HUP 129 "$@"
}

helper nbdkit "$web/disk.xz" "$tmp/d/kept"
helper nbdkit "$web/disk.qcow2" "$tmp/d/new.vmdk"
helper qemu-nbd "$web/disk.qcow2" "$tmp/d/kept"
helper qemu-nbd "$tmp/disk" "$tmp/d/new.qcow2"
signals "$web/disk.xz" "$tmp/d/new.qcow2"
signals "$web/one.xz" "$tmp/d/kept"
signals "$tmp/disk" "$tmp/d/kept"
