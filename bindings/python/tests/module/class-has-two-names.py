# SPDX-License-Identifier: MIT
"""nbd.nbd is nbd.NBD, and a star import does not confuse it with the module."""

import nbd
import support


class Test(support.Case):
    def test(self) -> None:
        self.assertIs(nbd.nbd, nbd.NBD)
        names: dict[str, object] = {}
        exec("import nbd\nfrom nbd import *", names)
        self.assertIs(names["nbd"], nbd)
        self.assertIs(names["NBD"], nbd.NBD)
        self.assertIn("CMD_FLAG_FUA", names)


support.main()
