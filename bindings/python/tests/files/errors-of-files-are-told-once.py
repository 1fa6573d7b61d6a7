# SPDX-License-Identifier: MIT
"""An error of a request in flight is raised when it matters, and once."""

import errno
import os
import signal
import threading
import warnings

import nbd
import support
from nbd_server import ALL, CAN_FLUSH, Gone, Refused, Server

SIZE, BAD = 4 << 20, 1 << 20


class Bad(Server):
    """Has a bad place, at which a given number of reads fail."""

    def __init__(self) -> None:
        super().__init__(SIZE)
        self.bad_reads = 0

    def read(self, offset: int, count: int) -> bytes:
        if offset <= BAD < offset + count and self.bad_reads > 0:
            self.bad_reads -= 1
            raise Refused(errno.EIO, "bad sector")
        return super().read(offset, count)

    def write(self, offset: int, data: bytes) -> None:
        if offset <= BAD < offset + len(data):
            raise Refused(errno.ENOSPC, "no sector")
        super().write(offset, data)


class Unflushed(Server):
    flags = ALL & ~CAN_FLUSH


class Leaving(Server):
    def read(self, offset: int, count: int) -> bytes:
        raise Gone


class Waiting(Server):
    """Answers a read when it may."""

    def __init__(self) -> None:
        super().__init__(SIZE)
        self.is_reading, self.may = threading.Event(), threading.Event()

    def read(self, offset: int, count: int) -> bytes:
        self.is_reading.set()
        self.may.wait()
        return super().read(offset, count)


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        self.server = self.enterContext(Bad())
        self.server.disk[:] = b"\x55" * SIZE

    def told(self, file: nbd.File, words: str, number: int) -> None:
        with self.assertRaisesRegex(OSError, words) as caught:
            file.flush()
        self.assertEqual(caught.exception.errno, number)
        file.flush()

    def test_writes(self) -> None:
        with nbd.open(self.server.uri, "r+b") as file:
            file.seek(BAD - 5)
            file.write(b"0123456789")
            self.told(file, f"writing 5 bytes at {BAD}: .*no sector", errno.ENOSPC)
            # What comes before the bad place was written.
            self.assertEqual(self.server.disk[BAD - 5 : BAD + 1], b"01234\x55")
            file.seek(0)
            try:
                for _ in range(SIZE // 65536):
                    file.write(bytes(65536))
            except OSError:
                file.flush()
            else:
                self.told(file, f"writing 65536 bytes at {BAD}: ", errno.ENOSPC)
            # A range that could not be written cannot be read correctly.
            file.seek(BAD)
            file.write(b"x")
            file.seek(BAD)
            with self.assertRaisesRegex(OSError, f"writing 1 bytes at {BAD}"):
                file.read(1)
            self.assertEqual(file.read(1), b"\x55")

    def test_closing(self) -> None:
        file = nbd.open(self.server.uri, "wb")
        file.seek(BAD)
        file.write(b"x")
        with self.assertRaisesRegex(OSError, f"writing 1 bytes at {BAD}"):
            file.close()
        self.assertTrue(file.closed)
        file.close()
        self.assertRaises(nbd.ClosedHandle, file.handle.get_size)

    def test_reads(self) -> None:
        """A read ahead that failed is tried once more; other reads are not."""
        with nbd.open(self.server.uri) as file:
            self.server.bad_reads = 1
            self.assertEqual(len(b"".join(iter(lambda: file.read(50000), b""))), SIZE)
            self.server.bad_reads = 100
            file.seek(BAD - 200000)
            seen = b""
            with self.assertRaisesRegex(OSError, "bad sector") as caught:
                while True:
                    seen += file.read(50000)
            self.assertEqual(caught.exception.errno, errno.EIO)
            self.assertEqual(len(seen), 200000)
            self.assertEqual(file.tell(), BAD - 200000 + len(seen))
            file.seek(0)
            file.read(1)
            file.seek(BAD)
            self.server.bad_reads = 1
            self.assertRaises(OSError, file.readinto, bytearray(10))
            self.assertEqual(file.read(10), b"\x55" * 10)

    def test_collection(self) -> None:
        """A file that was not closed is written when it is collected."""
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            file = nbd.open(self.server.uri, "wb")
            file.write(b"abc")
            del file
        self.assertEqual(self.server.disk[:4], b"abc\x55")
        self.assertEqual(len(self.server.asked("flush")), 1)
        self.assertEqual([w.category for w in seen], [ResourceWarning])
        with support.Unraisable() as errors, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = nbd.open(self.server.uri, "wb")
            file.seek(BAD)
            file.write(b"abc")
            del file
        self.assertRegex(str(errors), f"writing 3 bytes at {BAD}")

    def test_cycles_at_exit(self) -> None:
        uri = self.server.uri
        done = support.run_python(
            f"import gc, nbd; gc.disable(); file = nbd.open({uri!r}, 'wb')\n"
            "file.write(b'abc'); cycle = [file]; cycle.append(cycle); del file\n"
            "reader = nbd.open(cycle[0].name)\n"
            "for i in range(9): reader.read(9999)"
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.server.disk[:4], b"abc\x55")
        self.assertEqual(len(self.server.asked("flush")), 1)

    def test_servers_that_cannot_flush(self) -> None:
        with Unflushed(SIZE) as server:
            with nbd.open(server.uri, "wb") as file:
                file.write(b"abc")
                file.flush()
                self.assertEqual(server.disk[:3], b"abc")
            self.assertEqual(server.asked("flush"), [])

    def test_servers_that_leave(self) -> None:
        with Leaving(SIZE) as server, nbd.open(server.uri, "r+b") as file:
            for _ in range(2):
                memory = bytearray(10)
                with self.assertRaises(OSError) as caught:
                    file.readinto(memory)
                memory.append(0)
                self.assertEqual(caught.exception.errno, errno.ENOTCONN)
            with self.assertRaisesRegex(OSError, "the server is gone"):
                file.write(b"abc")
            file.flush()  # nothing can be lost

    def use_in_a_child(self, file: nbd.File) -> None:
        """Read and close the file in a forked copy of the process."""
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            try:
                file.read(1)
            except OSError as e:
                if e.errno == errno.EBADF:
                    file.close()
                    os._exit(file.closed)
            finally:
                os._exit(2)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 1)

    def test_forks(self) -> None:
        """A forked copy of the process does not touch the connection."""
        with nbd.open(self.server.uri, "r+b") as file:
            file.write(b"abc")
            self.use_in_a_child(file)
            self.assertEqual(file.read(1), b"\x55")
            file.write(b"abc")

    def test_forks_while_a_thread_reads(self) -> None:
        with Waiting() as server, nbd.open(server.uri) as file:
            thread = threading.Thread(target=file.read, args=(1,))
            thread.start()
            server.is_reading.wait()
            try:
                self.use_in_a_child(file)
            finally:
                server.may.set()
                thread.join()
            self.assertEqual(file.tell(), 1)


support.main()
