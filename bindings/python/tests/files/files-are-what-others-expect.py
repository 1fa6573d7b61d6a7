# SPDX-License-Identifier: MIT
"""Modules that use files can use an export."""

import io
import os
import shutil
import tarfile
import zipfile

import nbd
import support
from nbd_server import HAS_FLAGS, READ_ONLY, Server

SIZE = 1 << 20


class ReadOnly(Server):
    flags = HAS_FLAGS | READ_ONLY


class Test(support.Case):
    def start(self, kind: type[Server] = Server) -> Server:
        return self.enterContext(kind(SIZE))

    def test_archives(self) -> None:
        content = {f"{i}.txt": bytes([65 + i]) * 50000 for i in range(5)}
        memory = io.BytesIO()
        with zipfile.ZipFile(memory, "w") as archive:
            for name, data in content.items():
                archive.writestr(name, data)
        with Server(len(memory.getvalue())) as server:
            server.disk[:] = memory.getvalue()
            with nbd.open(server.uri) as file, zipfile.ZipFile(file) as archive:
                self.assertIsNone(archive.testzip())
                self.assertEqual(archive.read("3.txt"), content["3.txt"])

        server = self.start()
        for name in "new", "appended":
            mode = "w" if name == "new" else "a"
            with nbd.open(server.uri, "r+b") as file:
                with tarfile.open(mode=f"{mode}:", fileobj=file) as tar:
                    info = tarfile.TarInfo(name)
                    info.size = 9999 * len(name)
                    tar.addfile(info, io.BytesIO(name.encode() * 9999))
        with nbd.open(server.uri) as file, tarfile.open(fileobj=file) as tar:
            self.assertEqual(tar.getnames(), ["new", "appended"])
            some = tar.extractfile("appended")
            assert some is not None
            self.assertEqual(some.read(16), b"appendedappended")

    def test_copies(self) -> None:
        server, other = self.start(), self.start()
        server.disk[:] = data = os.urandom(SIZE)
        with nbd.open(server.uri) as source, nbd.open(other.uri, "wb") as target:
            shutil.copyfileobj(source, target)
        self.assertEqual(other.disk, data)
        self.assertEqual(len(other.asked("flush")), 1)

    def test_lines(self) -> None:
        server = self.start()
        with io.TextIOWrapper(io.BufferedRandom(nbd.open(server.uri, "r+b"))) as text:
            text.write("first\nsecond\n")
            text.seek(0)
            self.assertEqual(text.readline(), "first\n")
        self.assertEqual(server.disk[:14], b"first\nsecond\n\0")
        with io.BufferedReader(nbd.open(server.uri)) as lines:
            self.assertEqual(next(iter(lines)), b"first\n")

    def test_what_it_says(self) -> None:
        server = self.start(ReadOnly)
        with nbd.open(server.uri) as file:
            self.assertIsInstance(file, io.RawIOBase)
            self.assertEqual(
                (file.size, file.mode, file.name), (SIZE, "rb", server.uri)
            )
            able = file.readable(), file.writable(), file.seekable(), file.isatty()
            self.assertEqual(able, (True, False, True, False))
            self.assertRaises(io.UnsupportedOperation, file.fileno)
            self.assertRaises(io.UnsupportedOperation, file.truncate)
            self.assertRaises(io.UnsupportedOperation, file.write, b"")
            self.assertRaises(TypeError, file.seek, SIZE / 2)
            self.assertRaises(TypeError, file.read, SIZE / 2)
        file.close()
        self.assertRaises(ValueError, file.read)
        self.assertRaises(ValueError, file.flush)
        with self.assertRaisesRegex(OSError, "read-only"):
            nbd.open(server.uri, "r+b")
        self.assertRaises(FileNotFoundError, nbd.open, f"{server.uri}.not")
        for mode, words in (
            ("r", "TextIOWrapper"),
            ("wt", "TextIOWrapper"),
            ("ab", "fixed size"),
        ):
            with self.assertRaisesRegex(ValueError, words):
                nbd.open(server.uri, mode)
        with self.assertRaisesRegex(ValueError, "URI or handle"):
            nbd.open()

    def test_write_only(self) -> None:
        server = self.start()
        server.disk[:] = b"x" * SIZE
        with nbd.open(server.uri, "wb") as file:
            self.assertRaises(io.UnsupportedOperation, file.read)
            file.write(b"abc")
            self.assertEqual(file.truncate(SIZE), SIZE)
            with self.assertRaisesRegex(io.UnsupportedOperation, "cannot change"):
                file.truncate()
        self.assertEqual(server.disk[:4], b"abcx")

    def test_settings(self) -> None:
        server = self.start()
        seen: list[nbd.NBD] = []
        with nbd.open(
            server.uri,
            connections=2,
            reconnect_timeout=1.5,
            connect_timeout=2,
            command_timeout=60,
            stall_timeout=float("inf"),
            contexts=[],
            setup=seen.append,
        ) as file:
            h = file.handle
            self.assertEqual(seen, [h])
            self.assertEqual(h.get_connections(), 2)
            self.assertEqual(h.get_reconnect_timeout(), 1500)
            self.assertEqual(h.get_nr_meta_contexts(), 0)
        self.assertRaises(nbd.ClosedHandle, h.get_size)
        self.h.connect_uri(server.uri)
        with nbd.open(handle=self.h) as file:
            self.assertEqual(file.read(3), bytes(3))
        self.assertEqual(self.h.pread(3, 0), bytes(3))


support.main()
