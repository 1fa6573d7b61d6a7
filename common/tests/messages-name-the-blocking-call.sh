#!/bin/bash
# SPDX-License-Identifier: MIT
# Tools connect with nbd_aio_ calls and a loop of their own, but messages name
# the blocking call that other programs would use.  This holds if connecting
# fails at once, and if it fails later.
. "${srcdir:-.}/tests/lib/functions.sh"
. "${srcdir:-.}/tests/lib/tools.sh"
requires_uris

# says CALL WORD...: with this server each tool fails with a message that names
# CALL.
says ()
{
  local call=$1 tool program arguments
  shift
  while read -r tool program _; do
    case $tool in
      nbddiscard | nbdzero) arguments=(--yes -- "$@") ;;
      nbdcopy) arguments=(-- "$@" null:) ;;
      nbdinfo | nbddump) arguments=(-- "$@") ;;
      *) continue ;;
    esac
    ! "$program" "${arguments[@]}" >/dev/null 2>"$tmp/stderr" || fail "$tool $*"
    grep -q "^$tool: .*: $call: [a-z]" "$tmp/stderr" \
      || fail "$tool $*: $(cat "$tmp/stderr")"
    ! grep -q 'nbd_aio_\|nbd_poll' "$tmp/stderr" \
      || fail "$tool $*: $(cat "$tmp/stderr")"
  done < <(tools)
}

# There is no server.
says nbd_connect_uri "nbd+unix:///?socket=$tmp/nothing"
# There is a server, but not of NBD.
serve unix "$system_python" -c '
import socket
listener = socket.socket(fileno=3)
while True:
    client = listener.accept()[0]
    client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    client.close()'
says nbd_connect_uri "nbd+unix:///?socket=$sock"
says nbd_connect_unix "$sock"
# The program cannot be run, or ends.
says nbd_connect_systemd_socket_activation [ "$tmp/nothing" ]
says nbd_connect_systemd_socket_activation [ false ]
