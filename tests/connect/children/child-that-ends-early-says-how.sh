#!/bin/bash
# SPDX-License-Identifier: MIT
# When the server that we started is gone the message tells with what status
# or by which signal, however it was started and whatever came before.
. "${srcdir:-.}/tests/lib/functions.sh"

mkdir "$tmp/bin"
PATH=$tmp/bin:$PATH
# A process that ends loses its sockets a moment before its status is known,
# so a child of it keeps them until then.
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
