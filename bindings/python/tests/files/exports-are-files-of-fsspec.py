# SPDX-License-Identifier: MIT
"""fsspec finds the module, and lists, reads and writes exports with it."""

import importlib.util
import os
import pickle
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import nbd
import support

SIZE = 1 << 20
NAMES = "one", "two words"
INFORMATION = Path(__file__).resolve().parents[2] / "dist_info.py"


class Test(support.Case):
    def setUp(self) -> None:
        """Serve a directory of files, each of which is an export."""
        super().setUp()
        for name in NAMES:
            (self.tmp / name).write_bytes(b"line\n" * 100 + bytes(SIZE - 500))
        self.start("file", f"dir={self.tmp}")
        # The files that an installation installs.
        command = [
            sys.executable,
            str(INFORMATION),
            "1",
            f"{self.tmp}/libnbd.dist-info",
        ]
        subprocess.run(command, check=True)
        sys.path.append(str(self.tmp))

    def start(self, *arguments: str) -> None:
        self.socket = f"{self.tmp}/{arguments[0]}.sock"
        command = ["nbdkit", "-f", "--exit-with-parent", "-U", self.socket, *arguments]
        server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        nbd.open(self.uri("one"), connect_timeout=60).close()  # wait until it is ready

    def uri(self, name: str = "") -> str:
        return f"nbd+unix:///{name}?socket={self.socket}"

    def test(self) -> None:
        import fsspec  # type: ignore[import]

        fs = fsspec.filesystem("nbd+unix")
        entries = {entry["name"]: entry for entry in fs.ls(self.uri())}
        self.assertIn(self.uri("two%20words"), entries)
        self.assertEqual(entries[self.uri("one")]["size"], SIZE)
        self.assertEqual(fs.ls(self.uri("one"), detail=False), [self.uri("one")])
        self.assertEqual(fs.size(self.uri("one")), SIZE)
        self.assertTrue(fs.isdir(self.uri()) and fs.isfile(self.uri("one")))
        self.assertFalse(fs.exists(self.uri("three")))
        self.assertRaises(FileNotFoundError, fs.open, self.uri("three"))

        self.assertEqual(fs.glob(self.uri("t*s")), [self.uri("two%20words")])
        self.assertEqual(fs.glob(self.uri("three")), [])
        self.assertEqual(
            [file.path for file in fsspec.open_files(self.uri("o*"))], [self.uri("one")]
        )

        with fsspec.open(self.uri("one"), "wb", connections=2) as file:
            file.write(b"abc")
            file.flush()
            self.assertEqual((self.tmp / "one").read_bytes()[:4], b"abce")
        with fsspec.open(self.uri("one"), "rb") as file:
            self.assertEqual((file.size, file.read(3)), (SIZE, b"abc"))
            file.seek(-1, os.SEEK_END)
            self.assertEqual(file.read(), b"\0")
        with fs.open(self.uri("one"), "r+b") as file:
            self.assertEqual(file.read(2), b"ab")
            file.write(b"C")
        with fsspec.open(self.uri("two%20words"), "rt") as file:
            self.assertEqual(file.readline(), "line\n")
        self.assertEqual(fs.cat_file(self.uri("one"), 1, 4), b"bCe")
        fs.cp_file(self.uri("one"), self.uri("two%20words"))
        self.assertEqual(fs.head(self.uri("two%20words"), 3), b"abC")
        same = pickle.loads(pickle.dumps(fs))
        self.assertEqual(same.tail(self.uri("one"), 1), b"\0")

    def test_caches_of_fsspec(self) -> None:
        import fsspec

        storage = {"cache_storage": f"{self.tmp}/cache", "check_files": False}
        for _ in range(2):  # the second time, some of it is there
            path = f"blockcache::{self.uri('one')}"
            with fsspec.open(path, "rb", blockcache=storage) as file:
                self.assertEqual(file.read(5), b"line\n")
                file.seek(-1, os.SEEK_END)
                self.assertEqual(file.read(), b"\0")
        for name in "simplecache", "filecache":
            with fsspec.open(f"{name}::{self.uri('one')}", "rb") as file:
                self.assertEqual(file.readline(), b"line\n")
        for kind in "none", "readahead", "bytes", "all":
            with fsspec.open(self.uri("one"), "rb", cache_type=kind) as file:
                file.seek(495)
                self.assertEqual(file.read(6), b"line\n\0")
                self.assertEqual(file.size, SIZE)

    def test_the_export_without_a_name(self) -> None:
        from nbd.fs import NBDFileSystem

        self.start("pattern", "1M")
        fs = NBDFileSystem()
        self.assertEqual(fs.info(self.uri())["type"], "file")
        self.assertTrue(fs.info(self.uri())["read_only"])
        self.assertEqual(fs.ls(self.uri(), detail=False), [self.uri()])
        with fs.open(self.uri()) as file:
            self.assertEqual(file.read(16)[-1], 8)
        with self.assertRaisesRegex(OSError, "read-only"):
            fs.open(self.uri(), "wb")
        self.assertEqual(fs._strip_protocol("localhost/disk"), "nbd://localhost/disk")

    def test_protocols(self) -> None:
        from nbd.fs import PROTOCOLS

        entries = metadata.entry_points(group="fsspec.specs")
        ours = {e.name for e in entries if e.value == "nbd.fs:NBDFileSystem"}
        self.assertEqual(ours, set(PROTOCOLS))

    def test_not_loaded_too_early(self) -> None:
        code = "import sys, nbd; nbd.open; sys.exit('fsspec' in sys.modules)"
        self.assertEqual(support.run_python(code).returncode, 0)
        self.assertTrue(nbd.__doc__ and "nbd.fs" in nbd.__doc__)


support.requires("nbdkit")
if importlib.util.find_spec("fsspec") is None:
    support.skip("fsspec is not installed")
support.main()
