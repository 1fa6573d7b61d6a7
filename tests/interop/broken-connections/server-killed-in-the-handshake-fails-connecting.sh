#!/bin/bash
# SPDX-License-Identifier: MIT
# If a server is killed before its greeting, or before it replies to an option,
# connecting or the option fails once, and the message says that the server is
# gone.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/proxy.sh"
requires_module

killed ()
{
  with_module "$stop"'
import os, signal, sys, nbd
sock, server, option = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "option"
h = nbd.NBD()
ended = []
if option:
    h.set_opt_mode(True)
    h.connect_unix(sock)
stop(server)
if option:
    h.aio_opt_info(lambda error: ended.append(error.value) or 0)
else:
    h.aio_connect_unix(sock)
while h.aio_get_direction() & nbd.AIO_DIRECTION_WRITE:
    h.poll(-1)
assert h.aio_is_connecting()
assert h.poll(0) == 0
assert ended == []
os.kill(server, signal.SIGKILL)
try:
    while not h.aio_is_dead():
        h.poll(-1)
    raise SystemExit("no call said that the server is gone")
except nbd.Error as error:
    assert error.errno in ("ENOTCONN", "ECONNRESET"), error.errno
    text = error.string
    assert "closed the connection" in text or "reset" in text, text
assert h.aio_is_dead()
assert len(ended) == option and all(ended), ended
' "$sock" "$server" "$1"
  wait "$server" || :
  unset 'servers[-1]'
}

tried=no
for stage in greeting option; do
  if command -v nbdkit >/dev/null; then
    serve unix nbdkit -f memory 1M
    killed "$stage"
    tried=yes
  fi
  if command -v qemu-nbd >/dev/null; then
    serve unix qemu-nbd -t --image-opts driver=null-co,size=1M
    killed "$stage"
    tried=yes
  fi
done
[ "$tried" = yes ] || skip "there is neither nbdkit nor qemu-nbd"
