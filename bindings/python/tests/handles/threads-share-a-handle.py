# SPDX-License-Identifier: MIT
"""Threads may mix blocking and asynchronous commands on one handle."""

import ctypes
import threading

import support

THREADS = 6
ROUNDS = 60


class Test(support.Case):
    def work(self, number: int) -> None:
        for i in range(ROUNDS):
            done = threading.Event()
            data = bytearray(64)

            def completion(err: ctypes.c_int, done: threading.Event = done) -> int:
                if err.value == 0:
                    done.set()
                return 1

            def chunk(*args: object) -> None:
                self.chunks[number] += 1

            self.h.aio_pread(data, 64 * i, completion)
            self.h.pread_structured(8, 8 * i, chunk)
            while not done.is_set():
                self.h.pread(1, i)
            if data == b"x" * 64:
                self.good[number] += 1

    def test(self) -> None:
        server = support.Server()
        self.h.connect_socket(server.client)
        self.good, self.chunks = [0] * THREADS, [0] * THREADS
        threads = [
            threading.Thread(target=self.work, args=(n,)) for n in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.good, [ROUNDS] * THREADS)
        self.assertEqual(self.chunks, [ROUNDS] * THREADS)


support.main()
