#!/bin/bash
# SPDX-License-Identifier: MIT
# --retry waits for a server or an export that is not there yet, for the source
# and for the destination, but not if waiting would not help.
. "${srcdir:-.}/tests/lib/copy.sh"
requires_nbdkit plugin memory plugin file filter exportname

random_file "$tmp/in" 1M
waits ()
{
  grep -q 'there is no connection yet (.*), trying again' "$tmp/stderr" \
    2>/dev/null
}
# late SOCKET ARGUMENT...: copy with --retry=50, and when it waits, start a
# server there.
late ()
{
  local socket=$1 pid
  shift
  rm -f "$tmp/stderr"
  "$nbdcopy" --retry=50 "$@" 2>"$tmp/stderr" &
  pid=$!
    wait_until waits
  cp "$tmp/in" "$tmp/disk"
  nbdkit -f -U "$socket" file "$tmp/disk" &
  servers+=($!)
  wait $pid || fail "$(cat "$tmp/stderr")"
  [ "$(grep -c . "$tmp/stderr")" = 1 ] || fail "$(cat "$tmp/stderr")"
}

late "$tmp/s1" "nbd+unix:///?socket=$tmp/s1" "$tmp/out"
same "$tmp/in" "$tmp/out"
random_file "$tmp/other" 1M
late "$tmp/s2" "$tmp/other" "nbd+unix:///?socket=$tmp/s2"
same "$tmp/other" "$tmp/disk"

# The server hangs up on the first client, and serves the next one.
serve_uri "$system_python" -c '
import os, socket, sys
s = socket.socket(fileno=3)
s.accept()[0].close()
os.set_inheritable(3, True)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execvp("nbdkit", ["nbdkit", "-f", "file", sys.argv[1]])' "$tmp/in"
rm "$tmp/out"
"$nbdcopy" --retry=50 "$uri" "$tmp/out" 2>"$tmp/stderr"
grep -q 'trying again' "$tmp/stderr" || fail "it was not tried again"
same "$tmp/in" "$tmp/out"

# No server is started.
refuses 'socket=.*: No such file or directory' \
  "$nbdcopy" --retry=1 "nbd+unix:///?socket=$tmp/none" null:
refuses 'No such file or directory' \
  "$nbdcopy" "nbd+unix:///?socket=$tmp/none" null:
! grep -q 'trying again' "$tmp/stderr" || fail "nobody asked for that"

# The export may be there later.
serve_uri nbdkit -f --filter=exportname memory 1M exportname=disk \
  exportname-strict=true
refuses 'other' "$nbdcopy" --retry=2 "nbd+unix:///other?socket=$sock" null:
waits || fail "it was not waited for: $(cat "$tmp/stderr")"

# The server has no TLS, so waiting would not help.
refuses 'TLS' "$nbdcopy" --retry=1000 "nbds+unix:///disk?socket=$sock" null:
! waits || fail "a refusal was not believed"
