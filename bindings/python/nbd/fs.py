# SPDX-License-Identifier: MIT
"""NBD servers as file systems of fsspec.

    import fsspec

    with fsspec.open("nbd://localhost/disk", "rb") as file:
        data = file.read(512)
    fs = fsspec.filesystem("nbd")
    fs.ls("nbd://localhost/")
    fs.size("nbd+unix:///disk?socket=/tmp/sock")

Programs that use fsspec need not import this module: fsspec finds it by the
names of the protocols, and loads it when one is used.  Paths are whole URIs,
and one file system reaches all servers.
"""

from __future__ import annotations

import contextlib
import errno
import fnmatch
import io
import shutil
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from fsspec import AbstractFileSystem  # type: ignore[import]
from fsspec.spec import AbstractBufferedFile  # type: ignore[import]

import nbd
from nbd._behind import os_error
from nbd._file import File, open
from nbd._settings import new_handle

PROTOCOLS = (
    "nbd",
    "nbds",
    "nbd+unix",
    "nbds+unix",
    "nbd+vsock",
    "nbds+vsock",
    "nbd+ssh",
    "nbds+ssh",
)
BUFFER = 64 << 10


class _Sized:
    """The attributes that programs with fsspec expect of its files."""

    raw: File

    @property
    def size(self) -> int:
        """The size of the export in bytes."""
        return self.raw.size


class _Reader(_Sized, io.BufferedReader):  # type: ignore[misc]
    """An export that is read."""


class _Flushes(_Sized):
    def flush(self) -> None:
        """Put everything on stable storage, as nbd.File.flush does."""
        super().flush()  # type: ignore[misc]
        self.raw.flush()


class _Writer(_Flushes, io.BufferedWriter):  # type: ignore[misc]
    """An export that is written."""


class _Random(_Flushes, io.BufferedRandom):  # type: ignore[misc]
    """An export that is read and written."""


class _Cached(AbstractBufferedFile):  # type: ignore[misc]
    """An export that is read in blocks, which a cache of fsspec keeps."""

    def __init__(self, fs: AbstractFileSystem, path: str, raw: File, **options: Any):
        self.raw = raw
        super().__init__(fs, path, "rb", size=raw.size, **options)

    def _fetch_range(self, start: int, end: int) -> bytes:
        self.raw.seek(start)
        return self.raw.read(end - start)

    def close(self) -> None:
        """Disconnect."""
        super().close()
        self.raw.close()


class NBDFileSystem(AbstractFileSystem):  # type: ignore[misc]
    """The exports of NBD servers, for fsspec.

    Exports are files.  The URI without an export name is a directory that
    lists them, unless the server has an export with an empty name; ls lists
    them in any case.  A file can be read and written, but its size is fixed:
    writing begins at the start, cuts nothing off, and cannot pass the end.
    Nothing can be created or removed.

    A file has a buffer of its own.  A program that names a cache of fsspec, with
    the option cache_type or with a path such as blockcache::nbd://localhost/disk,
    gets that when it reads.

    The options are those of nbd.open.
    """

    protocol = PROTOCOLS

    def __init__(
        self,
        *,
        connections: int | None = None,
        reconnect_timeout: float | None = None,
        connect_timeout: float | None = None,
        command_timeout: float | None = None,
        stall_timeout: float | None = None,
        contexts: str | Iterable[str] = (nbd.CONTEXT_BASE_ALLOCATION,),
        setup: Callable[[nbd.NBD], object] | None = None,
        **options: Any,
    ) -> None:
        """Set how to connect.  Nothing is connected before it is used."""
        super().__init__(**options)
        self._settings: dict[str, Any] = {
            "connections": connections,
            "reconnect_timeout": reconnect_timeout,
            "connect_timeout": connect_timeout,
            "command_timeout": command_timeout,
            "stall_timeout": stall_timeout,
            "contexts": contexts,
            "setup": setup,
        }

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        """Return the path, which is a whole URI with more than a host and a name."""
        if isinstance(path, list):
            return [cls._strip_protocol(some) for some in path]
        text = str(path)
        return text if "://" in text or not text else f"nbd://{text}"

    def _open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        file = open(path, mode, **self._settings)
        if not file.writable() and "cache_type" in options:
            return _Cached(self, path, file, **options)
        if not file.writable():
            return _Reader(file, BUFFER)
        return _Random(file, BUFFER) if file.readable() else _Writer(file, BUFFER)

    @contextlib.contextmanager
    def _connected(self, path: str) -> Iterator[nbd.NBD]:
        """Return a handle that can ask a server about its exports."""
        try:
            with new_handle(**self._settings) as h:
                h.set_opt_mode(True)
                h.set_full_info(True)
                h.connect_uri(path)
                yield h
                h.shutdown()
        except nbd.Error as e:
            raise os_error(e) from None

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Return the name, the size and more of an export."""
        path = self._strip_protocol(path)
        with self._connected(path) as h:
            return _info(h, path)

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """List the exports of a server, or one export."""
        path = self._strip_protocol(path)
        with self._connected(path) as h:
            entries = []
            for name in [] if _export(path) else _names(h):
                h.set_export_name(name)
                entries.append(_entry(h, _with_export(path, name)))
            if not entries:
                entries = [_info(h, path)]
        return entries if detail else [entry["name"] for entry in entries]

    def glob(self, path: str, detail: bool = False, **_: Any) -> Any:
        """Find exports whose names match a pattern with * and [...].

        A question mark begins the query, as in every URI.
        """
        path = self._strip_protocol(path)
        pattern = _export(path)
        if "*" in pattern or "[" in pattern:
            entries = self.ls(_with_export(path, ""))
        else:
            entries = self.ls(path) if self.exists(path) else []
        found = {
            entry["name"]: entry
            for entry in entries
            if fnmatch.fnmatchcase(_export(entry["name"]), pattern)
        }
        return found if detail else list(found)

    def cp_file(self, path1: str, path2: str, **_: Any) -> None:
        """Copy one export to another, which must not be smaller."""
        with self.open(path1, "rb") as source, self.open(path2, "wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)


def _names(h: nbd.NBD) -> list[str]:
    """Return the names that the server lists, which may be none."""
    names: list[str] = []
    if h.aio_is_negotiating():
        with contextlib.suppress(nbd.Error):
            h.opt_list(lambda name, _: names.append(name))
    return names


def _info(h: nbd.NBD, path: str) -> dict[str, Any]:
    """Return information about the export whose name the handle has."""
    try:
        return _describe(h, path)
    except nbd.Error as e:
        if _export(path) or not _names(h):
            raise FileNotFoundError(errno.ENOENT, e.string, path) from None
        return {"name": path, "size": 0, "type": "directory"}


def _entry(h: nbd.NBD, path: str) -> dict[str, Any]:
    """Return an entry of a list.  The server may not tell about each export."""
    try:
        return _describe(h, path)
    except nbd.Error:
        return {"name": path, "size": None, "type": "file"}


def _describe(h: nbd.NBD, path: str) -> dict[str, Any]:
    if h.aio_is_negotiating():
        h.opt_info()
    entry: dict[str, Any] = {"name": path, "size": h.get_size(), "type": "file"}
    entry["read_only"] = h.is_read_only()
    with contextlib.suppress(nbd.Error):  # few servers have a description
        entry["description"] = h.get_export_description()
    return entry


def _export(path: str) -> str:
    """Return the name of the export in a URI."""
    return unquote(urlsplit(path).path.removeprefix("/"))


def _with_export(path: str, name: str) -> str:
    """Return the URI of another export of the same server."""
    parts = urlsplit(path)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}/{quote(name)}{query}"
