#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""With --fd a lost connection is not made again, whatever --reconnect-timeout
says, and one message tells the reason."""

from __future__ import annotations

import errno
import os
import socket
import threading
import unittest

from mounting import Mount

import nbd_server

FD = 9


class Test(unittest.TestCase):
    def test_end(self) -> None:
        ours, theirs = socket.socketpair()
        os.dup2(theirs.fileno(), FD)
        theirs.close()
        server = nbd_server.Server(1 << 20)
        threading.Thread(
            target=nbd_server.Connection(server, ours).serve, daemon=True
        ).start()
        with Mount("--fd", str(FD), inherited=(FD,)) as mount:
            self.assertTrue(mount.start("--reconnect-timeout=5m"), mount.said())
            os.close(FD)
            ours.shutdown(socket.SHUT_RDWR)
            with self.assertRaises(OSError) as context:
                (mount.path / "nbd").read_bytes()
            self.assertEqual(context.exception.errno, errno.EIO)
            self.assertEqual(mount.unmount(), 0)
            self.assertRegex(
                mount.said(), "^nbdfuse: nbd: the server has gone, .*connected again\n$"
            )


if __name__ == "__main__":
    unittest.main()
