# SPDX-License-Identifier: MIT
"""bindings/python/nbd/__init__.pyi: the types of the Python module."""

from __future__ import annotations

from string import Template
from typing import Iterable

from nbdgen.calls.model import Callback, Constant, Function
from nbdgen.emit.python.model import (
    CALLBACK_TYPES,
    WIDTH,
    call_line,
    callback_alias,
    callbacks,
    methods,
    parameters,
    return_type,
)

SOURCE = Template(
    '''\
"""Types of the module nbd."""

import ctypes
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Final, SupportsIndex

from _typeshed import ReadableBuffer, StrOrBytesPath, WriteableBuffer
from typing_extensions import Self, TypeAlias

from nbd._extents import Extent as Extent
from nbd._extents import extents as extents
from nbd._file import File as File
from nbd._file import open as open

_Path: TypeAlias = StrOrBytesPath
_ReadableBuffer: TypeAlias = ReadableBuffer | Buffer
_WritableBuffer: TypeAlias = WriteableBuffer | Buffer
_Address: TypeAlias = (
    StrOrBytesPath
    | tuple[str, int]
    | tuple[str, int, int]
    | tuple[str, int, int, int]
    | tuple[int, int]
)
$aliases

package_name: Final = "libnbd"
__version__: Final[str]

$constants

class Error(Exception):
    @property
    def string(self) -> str: ...
    @property
    def errnum(self) -> int: ...
    @property
    def errno(self) -> str | None: ...

class ClosedHandle(ValueError): ...

class Buffer:
    def __init__(self, len: int) -> None: ...
    @classmethod
    def from_bytearray(
        cls, ba: _ReadableBuffer | Iterable[SupportsIndex] | SupportsIndex
    ) -> Self: ...
    @classmethod
    def from_buffer(cls, buf: _ReadableBuffer) -> Self: ...
    def to_bytearray(self, offset: int = 0, length: int | None = None) -> bytearray: ...
    def to_buffer(self) -> Any: ...  # what it was made from, or a bytearray
    def is_zero(self, offset: int = 0, size: int = -1) -> bool: ...
    def size(self) -> int: ...
    def __len__(self) -> int: ...
    def __buffer__(self, __flags: int) -> memoryview: ...

class NBD:
    def __init__(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
    def close(self) -> None: ...
$methods

nbd: TypeAlias = NBD
'''
)


def _alias(callback: Callback) -> str:
    types = [CALLBACK_TYPES[kind] for kind, _ in callback.args]
    start, inside = f"{callback_alias(callback)}: TypeAlias = Callable[", ", ".join(
        types
    )
    line = f"{start}[{inside}], object]"
    return line if len(line) <= WIDTH else f"{start}\n    [{inside}], object\n]"


def _constant(constant: Constant) -> str:
    value = constant.value
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return f"{constant.name}: Final = {text}"


def _method(function: Function) -> str:
    items = [
        f"{p.name}: {p.annotation}" + (f" = {p.default}" if p.default else "")
        for p in parameters(function)
    ]
    end = f" -> {return_type(function)}: ..."
    return call_line(f"def {function.name}", ["self", *items], end, "    ")


def emit_nbd_pyi(functions: Iterable[Function], constants: Iterable[Constant]) -> str:
    """The text of bindings/python/nbd/__init__.pyi."""
    every = methods(functions)
    return SOURCE.substitute(
        aliases="\n".join(map(_alias, callbacks(every))),
        constants="\n".join(map(_constant, constants)),
        methods="\n".join(map(_method, every)),
    )
