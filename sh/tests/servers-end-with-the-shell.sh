#!/bin/bash -
# SPDX-License-Identifier: MIT
# When the shell ends, a server that a script has started has ended, and its
# socket is removed.
. "${srcdir:-.}/tests/lib/nbdsh.sh"
requires_nbdkit plugin null

for end in pass 'exit(3)' '1/0'; do
  nbdsh -c 'h.connect_systemd_socket_activation(["nbdkit", "-f", "null", "1M"])' \
    -c 'print(h.get_subprocess_pid(), h.get_uri())' -c "$end" \
    >"$tmp/told" 2>/dev/null || :
  read -r pid uri <"$tmp/told"
  socket=${uri#*socket=}
  ! kill -0 "$pid" 2>/dev/null || fail "$end: the server still runs"
  [ "$socket" != "$uri" ] || fail "$end: where was the socket?"
  [ ! -e "${socket%/*}" ] || fail "$end left $socket"
done
