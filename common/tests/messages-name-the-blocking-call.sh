#!/bin/bash
# SPDX-License-Identifier: MIT
# Tools wait for their connections in a loop of their own, which is nobody
# else's business: messages name the call that programs would use.  So it is if
# connecting fails at once, and if it fails later.
. "${srcdir:-.}/tests/lib/functions.sh"
. "${srcdir:-.}/tests/lib/tools.sh"
requires_uris

# says CALL WORD...: each tool fails so with this server.
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

# Nobody is there.
says nbd_connect_uri "nbd+unix:///?socket=$tmp/nothing"
# Somebody is there who is no NBD server.
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
