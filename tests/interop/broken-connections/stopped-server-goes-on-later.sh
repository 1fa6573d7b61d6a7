#!/bin/bash
# SPDX-License-Identifier: MIT
# While the server is stopped by SIGSTOP, no asynchronous call waits, and a
# large write makes the handle wait for WRITE.  After SIGCONT all commands
# complete.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/proxy.sh"
requires_nbdkit plugin memory
requires_module

serve unix nbdkit -f memory 32M
with_module "$stop"'
import os, signal, sys, nbd
sock, server = sys.argv[1], int(sys.argv[2])
h = nbd.NBD()
h.connect_unix(sock)
stop(server)
ended = []
data = bytes(range(256)) * 65536
cookies = [h.aio_pwrite(data, 0, lambda e: ended.append(e.value) or 0)]
buf = nbd.Buffer(4096)
cookies += [h.aio_flush(lambda e: ended.append(e.value) or 0) for _ in range(8)]
while h.poll(0) == 1:
    pass
assert h.aio_get_direction() == nbd.AIO_DIRECTION_BOTH
assert h.aio_is_processing()
assert ended == []
assert h.aio_in_flight() == 9
other = nbd.NBD()
other.aio_connect_unix(sock)
assert other.poll(0) in (0, 1)
assert other.aio_is_connecting()
other.close()
os.kill(server, signal.SIGCONT)
while h.aio_in_flight():
    h.poll(-1)
assert ended == [0] * 9, ended
for c in cookies:
    assert h.aio_command_completed(c)
assert h.pread(len(data), 0) == data
h.shutdown()
' "$sock" "$server"
