# SPDX-License-Identifier: MIT
"""A name that was set is returned unchanged, even if it is not valid UTF-8."""

import support


class Test(support.Case):
    def test(self) -> None:
        for name in ("", "plain", "Grüße", "\U0001f40d", "bad \udcff\udc80 bytes"):
            self.h.set_export_name(name)
            self.assertEqual(self.h.get_export_name(), name)
            self.h.add_meta_context(name)
        count = self.h.get_nr_meta_contexts()
        self.assertEqual(count, 5)
        self.assertEqual(self.h.get_meta_context(count - 1), name)


support.main()
