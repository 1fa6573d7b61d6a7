#!/bin/bash
# SPDX-License-Identifier: MIT
# If nothing more arrives, in the handshake or after half a reply, no call of
# the asynchronous interface waits, the handle waits for READ, and closing does
# not wait.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/proxy.sh"
requires_nbdkit plugin pattern
requires_module

serve unix nbdkit -f pattern 1M
for stall in 0 17 100 1000 40000; do
  proxied unix "stall=$stall"
  with_module '
import sys, nbd
h = nbd.NBD()
h.aio_connect_unix(sys.argv[1])
stall = int(sys.argv[2])
bufs = [nbd.Buffer(65536) for _ in range(4)]
if stall < 1000:
    while h.poll(200) == 1:
        assert h.aio_is_connecting()
    assert h.aio_is_connecting()
    assert h.aio_get_direction() == nbd.AIO_DIRECTION_READ
else:
    while h.aio_is_connecting():
        h.poll(-1)
    cookies = [h.aio_pread(b, 65536 * i) for i, b in enumerate(bufs)]
    while h.poll(200) == 1:
        pass
    assert not any(h.aio_command_completed(c) for c in cookies)
    assert h.aio_get_direction() == nbd.AIO_DIRECTION_READ
    h.aio_pread(bufs[0], 0)
    assert h.poll(0) in (0, 1)
    assert h.aio_in_flight() == 5
h.close()
' "${address#connect-unix }" "$stall"
  stop_proxy
done
