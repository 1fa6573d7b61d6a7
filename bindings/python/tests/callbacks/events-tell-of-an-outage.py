# SPDX-License-Identifier: MIT
"""An event callback gets the kind of event, a sentence about it, and a number."""

import signal

import nbd
import support


class Test(support.Case):
    def test(self) -> None:
        support.requires("nbdkit")
        events: list[tuple[int, str, int]] = []

        def event(number: int, message: str, value: int) -> None:
            events.append((number, message, value))

        self.h.set_event_callback(event)
        self.h.set_reconnect_timeout(-1)
        self.serve("data", "data=1 2 3 4", "size=512")
        self.h.kill_subprocess(signal.SIGKILL)
        self.assertEqual(self.h.pread(4, 0), b"\1\2\3\4")
        self.assertEqual(self.h.stats_reconnects(), 1)
        self.assertEqual(self.h.get_outage(), 0)

        numbers = [number for number, _, _ in events]
        self.assertEqual(numbers[:2], [nbd.EVENT_CONNECTED, nbd.EVENT_LOST])
        number, message, value = events[-1]
        self.assertEqual(number, nbd.EVENT_BACK)
        self.assertIn(f"is back after {value} ms", message)


support.main()
