# SPDX-License-Identifier: MIT
"""An exception of a signal handler that runs while a call waits ends the call."""

import os
import signal
import socket
import threading
from typing import Callable

import support


class Interrupted(Exception):
    pass


def interrupt(number: int, frame: object) -> None:
    raise Interrupted


class Test(support.Case):
    def alarms(self, handler: Callable[[int, object], None]) -> None:
        """Send signals periodically, because a signal may arrive before the call
        waits."""
        before = signal.signal(signal.SIGALRM, handler)
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)

    def no_more_alarms(self) -> None:
        while True:
            try:
                signal.setitimer(signal.ITIMER_REAL, 0)
                return
            except Interrupted:
                pass

    def assert_interrupted(self, call: Callable[..., object], *args: object) -> None:
        self.alarms(interrupt)
        with self.assertRaises(Interrupted):
            call(*args)
        self.no_more_alarms()

    def stop_server(self) -> None:
        pid = self.h.get_subprocess_pid()
        os.kill(pid, signal.SIGSTOP)
        os.waitid(os.P_PID, pid, os.WSTOPPED)
        self.addCleanup(os.kill, pid, signal.SIGCONT)

    def test_connecting(self) -> None:
        client, server = socket.socketpair()
        with server:
            self.assert_interrupted(self.h.connect_socket, client.detach())

    def test_outage(self) -> None:
        support.requires("nbdkit")
        self.h.set_reconnect_timeout(-1)
        self.serve("data", "data=1 2 3 4", "size=512")
        self.stop_server()
        self.assert_interrupted(self.h.pread, 4, 0)

        # The handle can still be used.
        self.h.kill_subprocess(signal.SIGCONT)
        self.assertEqual(self.h.pread(4, 0), b"\1\2\3\4")

    def test_another_thread_drives(self) -> None:
        support.requires("nbdkit")
        self.serve("data", "data=1 2 3 4", "size=512")
        self.stop_server()
        driver = threading.Thread(target=self.h.pread, args=(4, 0))
        driver.start()
        self.assert_interrupted(self.h.pread, 4, 0)
        self.h.kill_subprocess(signal.SIGCONT)
        driver.join()

    def test_handlers_run_meanwhile(self) -> None:
        support.requires("nbdkit")
        self.serve("data", "data=1 2 3 4", "size=512")
        self.stop_server()
        pid = self.h.get_subprocess_pid()

        def go_on(number: int, frame: object) -> None:
            os.kill(pid, signal.SIGCONT)

        self.alarms(go_on)
        self.assertEqual(self.h.pread(4, 0), b"\1\2\3\4")
        signal.setitimer(signal.ITIMER_REAL, 0)

    def test_handlers_that_use_the_handle_are_told(self) -> None:
        support.requires("nbdkit")
        self.serve("data", "data=1 2 3 4", "size=512")
        self.stop_server()

        def use(number: int, frame: object) -> None:
            self.h.get_size()

        self.alarms(use)
        with self.assertRaisesRegex(RuntimeError, "signal handler"):
            self.h.pread(4, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


support.main()
