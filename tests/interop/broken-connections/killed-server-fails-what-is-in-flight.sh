#!/bin/bash
# SPDX-License-Identifier: MIT
# If a server is killed while it has requests, or in the middle of a large
# write, each command fails once, and its message says that the server closed
# the connection.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/proxy.sh"
requires_module

killed ()
{
  with_module '
import os, signal, sys, nbd
sock, server, large = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "large"
h = nbd.NBD()
h.connect_unix(sock)
ended = []
def done(number):
    return lambda error: ended.append((number, error.value)) or 0
buf = nbd.Buffer(4096)
many = nbd.Buffer(16 << 20)
cookies = [h.aio_pread(buf, 0, done(i)) for i in range(8)]
if large:
    cookies.append(h.aio_pwrite(many, 0, done(8)))
assert h.poll(0) in (0, 1)
assert ended == []
os.kill(server, signal.SIGKILL)
try:
    while not (h.aio_is_closed() or h.aio_is_dead()):
        h.poll(-1)
except nbd.Error as error:
    assert "closed the connection" in error.string, error.string
assert sorted(n for n, _ in ended) == list(range(len(cookies))), ended
assert all(e for _, e in ended), ended
for c in cookies:
    try:
        h.aio_command_completed(c)
        raise SystemExit("the command did not fail")
    except nbd.Error as error:
        assert error.errno == "ENOTCONN", error.errno
        assert "closed the connection" in error.string, error.string
assert h.aio_in_flight() == 0
' "$sock" "$server" "$1"
  wait "$server" || :
  unset 'servers[-1]'
}

tried=no
if command -v nbdkit >/dev/null && nbdkit --filter=delay memory --dump-plugin \
     >/dev/null 2>&1; then
  for size in small large; do
    serve unix nbdkit -f --filter=delay memory 32M rdelay=600 wdelay=600
    killed "$size"
  done
  tried=yes
fi
if command -v qemu-nbd >/dev/null; then
  for size in small large; do
    serve unix qemu-nbd -t --image-opts \
      driver=null-co,size=32M,latency-ns=600000000000
    killed "$size"
  done
  tried=yes
fi
[ "$tried" = yes ] || skip "there is neither nbdkit nor qemu-nbd"
