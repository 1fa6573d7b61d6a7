# SPDX-License-Identifier: MIT
"""An export as a file object: nbd.open and nbd.File."""

from __future__ import annotations

import errno
import io
import operator
import os
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO, NoReturn

import nbd
from nbd._ahead import Reader
from nbd._behind import Writer, os_error
from nbd._extents import Extent, extents
from nbd._settings import new_handle
from nbd._wait import Driver

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

    class _RawFile(io.RawIOBase, BinaryIO):  # type: ignore[misc]
        """The type that type checkers know files of the builtin open as."""

else:
    _RawFile = io.RawIOBase

AHEAD = BEHIND = 8 << 20

# Handles of files that may have something to write.  A garbage cycle may
# contain a file and its handle, and the handle must not be finalized first.
_writing: dict[int, nbd.NBD] = {}

# The modes: whether they read and write.
_MODES = {
    "rb": (True, False),
    "r+b": (True, True),
    "rb+": (True, True),
    "wb": (False, True),
    "w+b": (True, True),
    "wb+": (True, True),
}


class File(_RawFile):
    """An export as a file, made by nbd.open.

    It is a raw file in the sense of the module io.  Wrap it in
    io.BufferedReader or io.BufferedRandom to read lines or to write many small
    pieces, and in io.TextIOWrapper above that for text.

    While the program reads sequentially, the file reads ahead.  Writes are in
    flight while the program continues.  Both are exact: a read sees what was
    written before, and an error of a write is raised by flush or close at the
    latest.  If the server has a minimum block size, other ranges are read and
    written in whole blocks.

    Errors are those of other files: OSError and its derived classes, with the
    message of the library.  Several threads may use one file; each call is
    carried out as a whole.  A file that was not closed is closed when nothing
    refers to it, with a ResourceWarning.  The attribute handle is the handle,
    for programs that need more.
    """

    def __init__(
        self,
        h: nbd.NBD,
        mode: str = "rb",
        *,
        name: str = "",
        closes: bool = False,
        sizes: tuple[int, int] = (AHEAD, BEHIND),
    ) -> None:
        """Use nbd.open, which explains the arguments."""
        super().__init__()
        self._open = False
        self._reads, self._writes = _check_mode(mode)
        if self._writes and h.is_read_only():
            raise OSError(errno.EROFS, "the export is read-only", name)
        self.handle = h
        self._mode = mode
        self._name = name
        self._closes = closes
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._driver = Driver(h)
        self._writer = Writer(self._driver, sizes[1])
        self._reader = Reader(self._driver, self._writer, sizes[0])
        self._size = self._writer.size
        self._at = 0
        self._map: Iterator[Extent] | None = None
        self._extent: Extent | None = None
        self._open = True
        if self._writes:
            _writing[id(self)] = h

    def __repr__(self) -> str:
        state = " closed" if self.closed else ""
        return f"<nbd.File name={self.name!r} mode={self.mode!r}{state}>"

    def __del__(self) -> None:
        if not self._open:
            return
        warnings.warn(f"unclosed file {self!r}", ResourceWarning, 2, source=self)
        self.close()

    # What it is -------------------------------------------------------------

    @property
    def size(self) -> int:
        """The size of the export in bytes when it was opened."""
        return self._size

    @property
    def mode(self) -> str:
        """The mode with which the file was opened."""
        return self._mode

    @property
    def name(self) -> str:
        """The URI, or an empty string if the handle was connected before."""
        return self._name

    def readable(self) -> bool:
        """Return whether the mode allows reading."""
        self._check()
        return self._reads

    def writable(self) -> bool:
        """Return whether the mode allows writing."""
        self._check()
        return self._writes

    def seekable(self) -> bool:
        """Return True, because every export is seekable."""
        self._check()
        return True

    def fileno(self) -> NoReturn:
        """Raise io.UnsupportedOperation: the file has no descriptor."""
        raise io.UnsupportedOperation(
            "fileno: an export is no file of the system; read it with read or readinto"
        )

    def _check(self, *, reads: bool = False, writes: bool = False) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file")
        if reads and not self._reads:
            raise io.UnsupportedOperation(f"read: the mode is {self.mode}")
        if writes and not self._writes:
            raise io.UnsupportedOperation(f"write: the mode is {self.mode}")

    def _alone(self) -> threading.RLock:
        """Return the lock.  In a forked copy a thread that does not exist there may
        have it."""
        if os.getpid() != self._pid and not self.closed:
            raise OSError(
                errno.EBADF,
                "a forked copy of a process has no connection: open the export there",
            )
        return self._lock

    def _error(self, error: nbd.Error) -> OSError:
        """Return the exception for an error of the library."""
        h = self.handle
        if error.errnum == errno.EINVAL and (h.aio_is_dead() or h.aio_is_closed()):
            return OSError(errno.ENOTCONN, f"the server is gone: {error.string}")
        return os_error(error)

    # Reading ----------------------------------------------------------------

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read into memory, and return the number of bytes; 0 at the end."""
        with self._alone():
            self._check(reads=True)
            with memoryview(buffer) as view, view.cast("B") as target:
                count = max(min(len(target), self._size - self._at), 0)
                if count == 0:
                    return 0
                try:
                    with target[:count] as wanted:
                        count = self._reader.read(self._at, wanted)
                except nbd.Error as e:
                    raise self._error(e) from None
            self._at += count
            return count

    def read(self, size: int | None = -1, /) -> bytes:
        """Read some bytes, or everything up to the end of the export.

        The result is shorter than requested at the end, or before a place that
        cannot be read.  It is empty at the end.
        """
        with self._alone():
            self._check(reads=True)
            left = max(self._size - self._at, 0)
            if size is None or size < 0:
                return self.readall()
            count = min(operator.index(size), left)
            if count == 0:
                return b""
            try:
                data = self._reader.fetch(self._at, count)
            except nbd.Error as e:
                raise self._error(e) from None
            if data is not None:
                self._at += count
                return data
            # A BytesIO gives out its memory without a copy.
            memory = io.BytesIO(bytes(count))
            with memory.getbuffer() as view:
                done = self.readinto(view)
            if done < count:
                memory.truncate(done)
            return memory.getvalue()

    def readall(self) -> bytes:
        """Read all up to the end of the export."""
        with self._alone():
            self._check(reads=True)
            memory = io.BytesIO(bytes(max(self._size - self._at, 0)))
            done = 0
            with memory.getbuffer() as view:
                while done < len(view):
                    done += self.readinto(view[done:])
            return memory.getvalue()

    # Writing ----------------------------------------------------------------

    def write(self, data: ReadableBuffer, /) -> int:
        """Write all of the bytes, and return their number.

        The write is in flight when this returns.  An error of the server may
        be raised by a later call, by flush or close at the latest.  It is
        raised once, and names the range.
        """
        with self._alone():
            self._check(writes=True)
            view = memoryview(data).cast("B")
            end = self._at + len(view)
            if end > self._size:
                raise OSError(
                    errno.ENOSPC,
                    f"writing {len(view)} bytes at {self._at} would pass the end of"
                    f" the export, whose size is {self._size}",
                )
            self._reader.forget(self._at, end)
            self._forget_map()
            try:
                self._writer.write(self._at, view)
            except nbd.Error as e:
                raise self._error(e) from None
            self._at = end
            return len(view)

    def flush(self) -> None:
        """Wait until everything that was written is on stable storage.

        If the server cannot flush, this waits until the server has everything.
        The flush of a buffered file above this one does not flush this file;
        its close does.
        """
        if not self._open and not self.closed:
            return  # it is being closed, and was flushed
        with self._alone():
            self._check()
            try:
                self._writer.flush()
            except nbd.Error as e:
                raise self._error(e) from None

    def truncate(self, size: int | None = None, /) -> int:
        """Raise io.UnsupportedOperation, unless the size is the current one."""
        self._check(writes=True)
        if size is None:
            size = self._at
        if size != self._size:
            raise io.UnsupportedOperation(
                f"truncate: the size of an export cannot change; it is {self._size}"
            )
        return size

    # Moving -----------------------------------------------------------------

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move to an offset, and return it.

        whence is os.SEEK_SET, os.SEEK_CUR or os.SEEK_END, to which the offset
        is relative, or os.SEEK_DATA or os.SEEK_HOLE.  These look for the first
        byte, from offset on, that is not known to be zero, or that is.  The
        end counts as a hole.  Without the metadata context base:allocation,
        everything is data.
        """
        with self._alone():
            self._check()
            offset = operator.index(offset)
            if whence == os.SEEK_SET:
                at = offset
            elif whence == os.SEEK_CUR:
                at = self._at + offset
            elif whence == os.SEEK_END:
                at = self._size + offset
            elif whence in (os.SEEK_DATA, os.SEEK_HOLE):
                at = self._look_for(offset, whence == os.SEEK_DATA)
            else:
                raise ValueError(f"whence is {whence}, which is none of os.SEEK_...")
            if at < 0:
                raise OSError(errno.EINVAL, f"{at} is no offset in an export")
            self._at = at
            return at

    def tell(self) -> int:
        """Return the offset of the next read or write."""
        with self._alone():
            self._check()
            return self._at

    def _look_for(self, offset: int, data: bool) -> int:
        if not 0 <= offset < self._size:
            raise OSError(
                errno.ENXIO,
                f"{offset} is not inside the export, whose size is {self._size}",
            )
        try:
            self._writer.drain()
            self._writer.tell()
            if self.handle.can_meta_context(nbd.CONTEXT_BASE_ALLOCATION):
                for extent in self._extents(offset):
                    if extent.data == data:
                        return max(offset, extent.offset)
            elif data:
                return offset
        except nbd.Error as e:
            raise self._error(e) from None
        if data:
            raise OSError(errno.ENXIO, f"there is no data from offset {offset} on")
        return self._size

    def _extents(self, offset: int) -> Iterator[Extent]:
        """Return the map from an offset on.  It continues where it was left,
        because programs look for data and holes in turn."""
        if self._extent is not None and (
            self._extent.offset <= offset <= self._extent.end
        ):
            yield self._extent
        else:
            self._forget_map()
        if self._map is None:
            context = nbd.CONTEXT_BASE_ALLOCATION
            self._map = extents(self.handle, offset, contexts=context)
        for extent in self._map:
            self._extent = extent
            if offset < extent.end:
                yield extent

    def _forget_map(self) -> None:
        self._map = self._extent = None

    # The end ----------------------------------------------------------------

    def close(self) -> None:
        """Flush what was written, and close the connection if nbd.open made it.

        A closed file can be closed again.  In a forked copy of a process, this
        only frees memory.
        """
        is_ours = os.getpid() == self._pid
        if not is_ours:
            self._lock = threading.RLock()
        with self._lock:
            if not self._open:
                return
            try:
                if is_ours and self._writes:
                    self.flush()
            finally:
                self._open = False
                _writing.pop(id(self), None)
                self._forget_map()
                if is_ours:
                    self._reader.forget_all()
                    self._writer.cancel()
                self._driver.close()
                if self._closes:
                    _hang_up(self.handle, is_ours)
                super().close()


def _hang_up(h: nbd.NBD, is_ours: bool) -> None:
    """Close a handle, and disconnect first if it is connected."""
    try:
        if is_ours and h.aio_is_ready():
            h.shutdown()
        h.close()
    except nbd.ClosedHandle:
        pass  # the program has done it
    except nbd.Error:
        h.close()  # everything important was answered before
    except RuntimeError:
        # A thread was in a call of the handle when the process was forked.
        if is_ours:
            raise


def _check_mode(mode: str) -> tuple[bool, bool]:
    """Return whether the mode reads and writes."""
    if mode in _MODES:
        return _MODES[mode]
    if "a" in mode or "x" in mode:
        raise ValueError(
            f"the mode {mode!r} does not suit exports, which exist and have a fixed"
            " size: use 'r+b' and seek"
        )
    raise ValueError(
        f"the mode {mode!r} is none of {', '.join(map(repr, _MODES))}; for text open"
        " the export in one of these and wrap it, as in"
        " io.TextIOWrapper(io.BufferedReader(file))"
    )


def open(
    uri: str | None = None,
    mode: str = "rb",
    *,
    handle: nbd.NBD | None = None,
    connections: int | None = None,
    reconnect_timeout: float | None = None,
    connect_timeout: float | None = None,
    command_timeout: float | None = None,
    stall_timeout: float | None = None,
    contexts: str | Iterable[str] = (nbd.CONTEXT_BASE_ALLOCATION,),
    setup: Callable[[nbd.NBD], object] | None = None,
    read_ahead: int = AHEAD,
    write_behind: int = BEHIND,
) -> File:
    """Open an export as a file, an nbd.File.

        with nbd.open("nbd://localhost/disk") as file:
            file.seek(1024)
            data = file.read(512)

    The modes are those of the builtin open that have a "b":

        rb          reads
        r+b, w+b    reads and writes
        wb          writes; the size of an export is fixed and nothing is cut off,
                    so what is not written stays as it was

    connections, contexts and the timeouts are explained at
    NBD.set_connections, NBD.add_meta_context, NBD.set_reconnect_timeout and so
    on, but times are in seconds.  setup is called with the handle for all
    other settings:

        nbd.open("nbds://server/disk", setup=lambda h: h.set_tls_verify_peer(False))

    With handle=, the file uses a connected handle, and does not close it.
    read_ahead and write_behind limit the bytes in flight.
    """
    _check_mode(mode)
    if (uri is None) == (handle is None):
        raise ValueError("nbd.open needs either a URI or handle=")
    sizes = read_ahead, write_behind
    try:
        if handle is not None:
            return File(handle, mode, sizes=sizes)
        h = new_handle(
            connections=connections,
            reconnect_timeout=reconnect_timeout,
            connect_timeout=connect_timeout,
            command_timeout=command_timeout,
            stall_timeout=stall_timeout,
            contexts=contexts,
            setup=setup,
        )
        return _connect(h, uri or "", mode, sizes)
    except nbd.Error as e:
        raise os_error(e) from None


def _connect(h: nbd.NBD, uri: str, mode: str, sizes: tuple[int, int]) -> File:
    try:
        h.connect_uri(uri)
        return File(h, mode, name=uri, closes=True, sizes=sizes)
    except BaseException:
        h.close()
        raise
