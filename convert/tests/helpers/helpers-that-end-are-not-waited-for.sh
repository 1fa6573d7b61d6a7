#!/bin/bash
# SPDX-License-Identifier: MIT
# With --reconnect-timeout, nbdconvert waits for a server of the user that is
# away, but not for a helper of its own that was killed: nobody starts it again.
# Then the conversion fails at once.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-nbd qemu-img
random_file "$tmp/raw" 8M
qemu-img convert -f raw -O qcow2 "$tmp/raw" "$tmp/disk.qcow2"

# killed OPTION...: kill qemu-nbd while it is used.
killed ()
{
  local converter status=0
  rm -f "$tmp/progress"
  "$nbdconvert" --rate=1M --progress=3 "$@" 3>"$tmp/progress" 2>"$tmp/stderr" &
  converter=$!
  wait_until grep -q '^[1-9]' "$tmp/progress"
  kill -KILL "$(pgrep -P "$converter" qemu-nbd)"
  wait "$converter" || status=$?
  [ "$status" = 1 ] || fail "status $status: $*"
  grep -q 'qemu-nbd was killed by signal 9' "$tmp/stderr" \
    || fail "$(cat "$tmp/stderr")"
  # shellcheck disable=SC2119  # no names: nothing at all
  nothing_is_left
}

killed --reconnect-timeout=none "$tmp/disk.qcow2" "$tmp/d/out.raw"
export LIBNBD_URI_OPTIONS=reconnect-timeout=none
killed "$tmp/disk.qcow2" "$tmp/d/out.raw"
killed "$tmp/raw" "$tmp/d/out.qcow2"
