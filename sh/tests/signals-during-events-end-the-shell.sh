#!/bin/bash -
# SPDX-License-Identifier: MIT
# If a signal comes while the shell prints a message about an event of the
# connection, as it does on terminals, it ends the shell when the call that has
# noticed the event returns.
. "${srcdir:-.}/tests/lib/nbdsh.sh"
requires_nbdkit plugin memory

status=0
nbdsh --reconnect-timeout=none -c '
import nbdsh_handle, signal
h.set_event_callback(h.story.take)
h.connect_command(["nbdkit", "-s", "memory", "1M"])
# With this a message is printed when the connection is back.
h.story.told = True
nbdsh_handle.say = lambda text: os.kill(os.getpid(), signal.SIGTERM)
h.kill_subprocess(signal.SIGKILL)
h.pread(512, 0)
print("it has gone on")' >"$tmp/out" 2>"$tmp/err" || status=$?
[ "$status" = 143 ] || fail "status $status: $(cat "$tmp/out" "$tmp/err")"
expect '' cat "$tmp/out"
! grep -i exception "$tmp/err" || fail "$(cat "$tmp/err")"
