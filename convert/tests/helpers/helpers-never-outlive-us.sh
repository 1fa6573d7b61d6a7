#!/bin/bash
# SPDX-License-Identifier: MIT
# However the program ends, its helpers end, and the temporary directory is
# removed; only after SIGKILL the directory stays.  Processes that a helper
# has started end with it, and so does a helper that ignores requests to end.
. "${srcdir:-.}/tests/lib/convert/helpers.sh"
requires qemu-nbd qemu-img

qemu-img create -q -f qcow2 "$tmp/disk" 1M

# gone PID: the process has ended and was reaped.
gone ()
{
  wait_until not_there "$1"
}

not_there ()
{
  [ ! -e "/proc/$1" ]
}

begin read qcow2 "$tmp/disk"
pid=$(child)
end
gone "$pid"
tidy

# Helpers have no terminal and their own process group, so signals to our
# group do not reach them.  They inherit no other descriptors.
exec 7>"$tmp/mine"
begin read qcow2 "$tmp/disk"
pid=$(child)
expect "$pid $pid" sed -E "s/.*\\) . [0-9]+ ([0-9]+ [0-9]+) .*/\\1/" "/proc/$pid/stat"
[ "$(readlink "/proc/$pid/fd/0")" = /dev/null ] || fail "it can read"
! find "/proc/$pid/fd" -lname "$tmp/mine" | grep . || fail "it has our file"
for signal in TERM INT HUP QUIT; do
  kill -$signal "$helpers_pid"
  status=0
  wait "$helpers_pid" || status=$?
  [ $status = $((128 + $(kill -l $signal))) ] || fail "$signal: $status"
  unset 'servers[-1]'
  gone "$pid"
  tidy
  begin read qcow2 "$tmp/disk"
  pid=$(child)
done
kill -KILL "$helpers_pid"
wait "$helpers_pid" || :
unset 'servers[-1]'
gone "$pid"
rm -r "$TMPDIR"/nbdconvert-*

# Our program ends without ending its helper.
begin read qcow2 "$tmp/disk"
pid=$(child)
exec {helpers_in}>&-
eval "exec ${HELPERS[1]-0}>&-"
wait "$helpers_pid" || :
unset 'servers[-1]'
gone "$pid"
tidy

# A web server that never replies does not delay the end.
if command -v nbdkit >"$tmp/path" && command -v curl >"$tmp/path"; then
  serve tcp4 tail -f /dev/null
  for how in url in-order; do
    coproc HELPERS { exec "$helpers" $how "http://127.0.0.1:$port/disk"; }
    helpers_pid=$!
    servers+=("$helpers_pid")
    wait_until child >"$tmp/child"
    pid=$(child)
    kill "$helpers_pid"
    wait "$helpers_pid" || :
    unset 'servers[-1]'
    gone "$pid"
    tidy
  done
fi

# A helper that ignores signals, and so does its child.
cat >"$tmp/stubborn" <<'END'
#!/bin/bash
trap '' TERM
echo $$ >"$1"
(echo "$BASHPID" >>"$1"; exec tail -f /dev/null) &
wait
END
chmod +x "$tmp/stubborn"
coproc HELPERS { exec "$helpers" run "$tmp/stubborn" "$tmp/pids"; }
helpers_pid=$!
servers+=("$helpers_pid")
both ()
{
  [ -e "$tmp/pids" ] && [ "$(wc -l <"$tmp/pids")" = 2 ]
}
wait_until both
kill "$helpers_pid"
wait "$helpers_pid" || :
unset 'servers[-1]'
while read -r pid; do gone "$pid"; done <"$tmp/pids"

# A helper that leaves a child behind.
cat >"$tmp/leaves" <<'END'
#!/bin/bash
tail -f /dev/null >/dev/null &
echo $!
END
chmod +x "$tmp/leaves"
gone "$("$helpers" run "$tmp/leaves")"
tidy
