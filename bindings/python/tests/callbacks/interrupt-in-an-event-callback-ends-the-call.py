# SPDX-License-Identifier: MIT
"""An interrupt during an event callback, or raised by it, ends the call that
waits in an outage."""

import signal
from typing import Callable

import nbd
import support


def by_raising() -> None:
    raise KeyboardInterrupt


def by_signal() -> None:
    signal.raise_signal(signal.SIGINT)


class Test(support.Case):
    def test(self) -> None:
        support.requires("nbdkit")
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for interrupt in by_raising, by_signal:
            with self.subTest(interrupt.__name__):
                self.end(interrupt)

    def end(self, interrupt: Callable[[], None]) -> None:
        h = nbd.NBD()

        def event(number: int, _message: str, _value: int) -> None:
            if number == nbd.EVENT_ATTEMPT_FAILED:
                interrupt()

        h.set_event_callback(event)
        h.set_reconnect_timeout(-1)
        served = self.tmp / interrupt.__name__
        script = f"mkdir {served} || exit 1; exec nbdkit --single null 1M"
        h.connect_command(["sh", "-c", script])
        h.kill_subprocess(signal.SIGKILL)
        with support.Unraisable() as seen, self.assertRaises(KeyboardInterrupt):
            h.pread(4, 0)
        self.assertEqual(seen, [])
        self.assertTrue(h.aio_is_processing())
        h.close()


support.main()
