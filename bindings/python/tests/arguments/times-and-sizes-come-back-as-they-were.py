# SPDX-License-Identifier: MIT
"""Settings for staying connected keep their values, even -1 and 64-bit numbers."""

import weakref

import nbd
import support


class Test(support.Case):
    def test_times(self) -> None:
        self.assertEqual(self.h.get_quarantine(), 30000)
        for name in ("reconnect_timeout", "stall_timeout", "quarantine"):
            for value in (-1, 0, 250):
                getattr(self.h, f"set_{name}")(value)
                self.assertEqual(getattr(self.h, f"get_{name}")(), value)
            with self.assertRaisesRegex(nbd.Error, f"nbd_set_{name}: .*-1"):
                getattr(self.h, f"set_{name}")(-2)

    def test_sizes(self) -> None:
        self.h.set_journal_size(1 << 40)
        self.assertEqual(self.h.get_journal_size(), 1 << 40)
        self.h.set_connections(16)
        self.assertEqual(self.h.get_connections(), 16)
        self.h.set_unflushed_policy(nbd.UNFLUSHED_STRICT)
        self.assertEqual(self.h.get_unflushed_policy(), nbd.UNFLUSHED_STRICT)
        self.assertEqual(self.h.get_outage(), 0)
        self.assertEqual(self.h.stats_journal_bytes(), 0)
        self.assertIs(self.h.cancel(), False)

    def test_callback(self) -> None:
        def event(kind: int, message: str, value: int) -> None:
            pass

        self.h.set_event_callback(event)
        alive = weakref.ref(event)
        del event
        self.assertIsNotNone(alive())
        self.h.clear_event_callback()
        self.assertIsNone(alive())


support.main()
