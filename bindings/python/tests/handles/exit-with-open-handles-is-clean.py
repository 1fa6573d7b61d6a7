# SPDX-License-Identifier: MIT
"""The interpreter ends without a message, whatever handles and callbacks are
left."""

import os
import sys

import support

START = """
import sys, threading
import nbd, support
server = support.Server()
h = nbd.NBD()
h.connect_socket(server.client)
server.gate.clear()
"""

IN_FLIGHT = """
for i in range(10):
    h.aio_pread_structured(nbd.Buffer(8), 0, print, completion=lambda err: h and 1)
"""
DEBUG = "h.set_debug_callback(lambda *args: None); h.set_debug(True)\n"
HIDDEN = "sys.hidden = h; h.cycle = h\n"
DAEMON = """
thread = threading.Thread(target=h.pread, args=(8, 0), daemon=True)
thread.start()
server.requests.acquire()
"""


class Test(support.Case):
    def check(self, code: str) -> None:
        done = support.run_python(START + code)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_idle(self) -> None:
        self.check("")

    def test_commands_in_flight(self) -> None:
        self.check(IN_FLIGHT)

    def test_debug_callback(self) -> None:
        self.check(DEBUG)

    def test_never_deallocated(self) -> None:
        self.check(IN_FLIGHT + DEBUG + HIDDEN)

    def test_daemon_thread_in_a_call(self) -> None:
        self.check(DAEMON)

    def test_no_orderly_end(self) -> None:
        self.check(IN_FLIGHT + "import os; os._exit(0)")


if not os.access(sys.executable, os.X_OK):
    support.skip("there is no interpreter to start")
support.main()
