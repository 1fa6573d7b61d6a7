#!/bin/bash
# SPDX-License-Identifier: MIT
# When a server that we started is gone, the message gives its exit status or
# its signal.  The server may have been started in either way, and may have
# ended before or during the handshake.
. "${srcdir:-.}/tests/lib/functions.sh"

mkdir "$tmp/bin"
PATH=$tmp/bin:$PATH
# The sockets of a process are closed a moment before its status is known.  To
# remove that moment, a child of the process keeps the sockets open until the
# process is a zombie.
program ()
{
  cat >"$tmp/bin/server" <<END
#!/bin/bash
(
  state=
  until [ "\$state" = Z ]; do
    read -r _ _ state _ </proc/\$\$/stat || exit
  done
) &
$1
END
  chmod 755 "$tmp/bin/server"
}

for how in command activate; do
  program 'exit 42'
  client "fails any connect-$how server" "says status_42"
  # shellcheck disable=SC2016  # it is the child that expands it
  program 'kill -9 $$'
  client "fails any connect-$how server" "says signal_9"
done
program "printf NBDMAGIC; exit 3"
client "fails 0 connect-command server" "says closed_the_connection"
client "fails 0 connect-command server" "says status_3"
