# SPDX-License-Identifier: MIT
"""SystemExit in a callback ends the program, even while a call waits in an
outage.  In another thread it is only shown."""

import signal
import sys
import threading

import nbd
import support


class Test(support.Case):
    def test_waiting(self) -> None:
        support.requires("nbdkit")

        def event(number: int, _message: str, _value: int) -> None:
            if number == nbd.EVENT_ATTEMPT_FAILED:
                sys.exit(3)

        self.h.set_event_callback(event)
        self.h.set_reconnect_timeout(-1)
        script = f"mkdir {self.tmp}/served || exit 1; exec nbdkit --single null 1M"
        self.h.connect_command(["sh", "-c", script])
        self.h.kill_subprocess(signal.SIGKILL)
        with support.Unraisable() as seen, self.assertRaises(SystemExit) as caught:
            self.h.pread(4, 0)
        self.assertEqual((caught.exception.code, seen), (3, []))

    def complete(self) -> None:
        server = support.Server()
        self.h.connect_socket(server.client)
        self.h.aio_pread(nbd.Buffer(4), 0, lambda _error: sys.exit(4))
        self.finish()

    def test_completing(self) -> None:
        with support.Unraisable() as seen, self.assertRaises(SystemExit) as caught:
            self.complete()
        self.assertEqual((caught.exception.code, seen), (4, []))

    def test_thread(self) -> None:
        with support.Unraisable() as seen:
            thread = threading.Thread(target=self.complete)
            thread.start()
            thread.join()
        self.assertEqual(len(seen), 1)


support.main()
