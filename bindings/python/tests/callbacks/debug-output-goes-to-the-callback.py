# SPDX-License-Identifier: MIT
"""A debug callback gets the name of the call and one line at a time."""

import weakref

import support


class Test(support.Case):
    def test(self) -> None:
        lines: list[tuple[str, str]] = []

        def debug(context: str, message: str) -> None:
            lines.append((context, message))

        self.h.set_debug_callback(debug)
        self.h.set_debug(True)
        self.h.set_export_name("an export")
        self.h.set_debug(False)
        alive = weakref.ref(debug)
        del debug
        self.assertIsNotNone(alive())
        self.h.clear_debug_callback()
        self.assertIsNone(alive())

        ours = [text for context, text in lines if context == "nbd_set_export_name"]
        self.assertIn("an export", ours[0])
        self.assertFalse(any("\n" in text for text in ours))
        count = len(lines)
        self.h.get_export_name()
        self.assertEqual(len(lines), count)


support.main()
