#!/bin/bash -
# SPDX-License-Identifier: MIT
# A flush covers what was answered before it was sent.  So after an outage, no
# flush is sent before the server has answered everything in the journal.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_module

PYTHONPATH=$srcdir/tests/lib timeout 300 ./run "$PYTHON" -B -c '
import select, nbd
from nbd_server import NAMES, FLUSH, WRITE, Connection, Gone, Server

early = []

class Brittle(Connection):
    def do(self, kind, flags, cookie, offset, count, data):
        if len(self.server.conversations) == 1 and kind == FLUSH:
            raise Gone
        if len(self.server.conversations) == 2 and kind == WRITE:
            early.extend(select.select([self.client], [], [], 0)[0])
        super().do(kind, flags, cookie, offset, count, data)

class Restarted(Server):
    connection = Brittle

with Restarted(1 << 20) as server:
    h = nbd.NBD()
    h.set_reconnect_timeout(-1)
    h.connect_unix(str(server.path))
    h.pwrite(bytes(4096), 8192)
    h.flush()
    h.shutdown()
names = [command[0] for command in server.log]
assert names == ["write", "flush", "write", "flush"], names
assert not early
'
