# SPDX-License-Identifier: MIT
"""Other threads run while a blocking call waits for the server."""

import threading

import support


class Test(support.Case):
    def test(self) -> None:
        server = support.Server()
        self.h.connect_socket(server.client)
        server.gate.clear()

        def open_gate() -> None:
            server.requests.acquire()
            server.gate.set()

        thread = threading.Thread(target=open_gate)
        thread.start()
        self.assertEqual(self.h.pread(4, 0), b"xxxx")
        thread.join()


support.main()
