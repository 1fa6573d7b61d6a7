#!/bin/bash
# SPDX-License-Identifier: MIT
# A signal ends the program, whatever it waits for: a pipe that nobody writes
# to, a server that does not reply, qemu-img, the limit of --rate, or reading
# back for --verify.  The message says what the destination holds, and nothing
# else is left.
. "${srcdir:-.}/tests/lib/convert/convert.sh"
requires qemu-img qemu-nbd
requires_nbdkit plugin memory filter delay

real=$builddir/convert/.libs/nbdconvert
[ -x "$real" ] || real=$builddir/convert/nbdconvert
random_file "$tmp/disk" 8M
qemu-img convert -O qcow2 "$tmp/disk" "$tmp/disk.qcow2"
echo before >"$tmp/d/kept"
serve unix tail -f /dev/null
silent="nbd+unix:///?socket=$sock"
serve unix tail -f /dev/null
mute="nbd+unix:///?socket=$sock"
mkdir "$tmp/bin"
cat >"$tmp/bin/qemu-img" <<'END'
#!/bin/sh
echo begun >>"${TMPDIR%/*}/begun"
exec tail -f /dev/null
END
chmod +x "$tmp/bin/qemu-img"

# The program has started to work, and waits.
begun ()
{
  [ -s "$tmp/begun" ]
}
# The program has replaced the shell and installed its handlers of signals.
catches ()
{
  local caught
  [[ $(readlink "/proc/$program/exe") = */nbdconvert ]] || return 1
  caught=$(sed -n 's/^SigCgt:\s*//p' "/proc/$program/status") || fail "it has ended"
  [ $((0x$caught & 0x5000)) = $((0x5000)) ]
}

# ends TEXT CONDITION ARGUMENT...: send SIGTERM when the condition holds.
ends ()
{
  local text=$1 condition=$2 status=0
  shift 2
  rm -f "$tmp/begun"
  LD_LIBRARY_PATH=$library_dir "$real" "$@" \
    <&0 >"$tmp/stdout" 2>"$tmp/stderr" 3>"$tmp/begun" &
  program=$!
  wait_until "$condition"
  wait_until catches
  kill "$program"
  wait "$program" || status=$?
  [ "$status" = 143 ] || fail "status $status of $*: $(cat "$tmp/stderr")"
  grep -q "interrupted by a signal (Terminated)$text" "$tmp/stderr" \
    || fail "no \"$text\" from $*: $(cat "$tmp/stderr")"
}
copies ()
{
  grep -q '"copied": [1-9]' "$tmp/begun"
}
slow=(--rate=1M --progress=json:3)

ends " before anything was written" true - "$tmp/d/new" < <(exec tail -f /dev/null)
ends " before anything was written" true "$silent" "$tmp/d/new"
ends ": $tmp/d/kept was left as it was" copies "${slow[@]}" "$tmp/disk" "$tmp/d/kept"
ends ": this is not complete: $mute" true "$tmp/disk" "$mute"
PATH=$tmp/bin:$PATH ends ": $tmp/d/kept was left as it was" begun \
  "$tmp/disk.qcow2" "$tmp/d/kept"
PATH=$tmp/bin:$PATH ends ": $tmp/d/new.vmdk was not made" begun \
  "${slow[@]}" "$tmp/disk" "$tmp/d/new.vmdk"
serve unix nbdkit -f --filter=delay memory 8M delay-read=3600
ends ": this is not complete: nbd" copies --verify --progress=json:3 \
  "$tmp/disk" "nbd+unix:///?socket=$sock"
ends ": this is not complete: -" copies "${slow[@]}" "$tmp/disk" -
nothing_is_left kept
[ "$(cat "$tmp/d/kept")" = before ] || fail "the old file is gone"

again="run the same command again to continue"
ends ": what was copied is in $tmp/d/new.unfinished; $again" \
  copies --resume="$tmp/journal" "${slow[@]}" "$tmp/disk" "$tmp/d/new"
nothing_is_left kept new.unfinished
