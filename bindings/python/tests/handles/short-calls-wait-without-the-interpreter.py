# SPDX-License-Identifier: MIT
"""A call that waits for a handle's lock lets the callback run that holds it."""

import inspect
import threading
import time

import nbd
import support

QUERIES = (
    "aio_get_fd",
    "aio_in_flight",
    "can_",
    "connection_",
    "get_",
    "is_",
    "stats_",
)


class Test(support.Case):
    def check(self, name: str) -> None:
        started = threading.Event()

        def other() -> None:
            started.set()
            try:
                getattr(self.h, name)()
            except nbd.Error:
                pass

        thread = threading.Thread(target=other)

        def chunk(*args: object) -> None:
            thread.start()
            started.wait()
            for _ in range(20):
                time.sleep(0)  # the other thread gets its turn

        self.h.pread_structured(8, 0, chunk)
        thread.join()

    def test(self) -> None:
        server = support.Server()
        self.h.connect_socket(server.client)
        for name, method in inspect.getmembers(self.h, inspect.ismethod):
            if name.startswith(QUERIES) and not inspect.signature(method).parameters:
                with self.subTest(method=name):
                    self.check(name)


support.main()
