# SPDX-License-Identifier: MIT
"""Each call that refuses its arguments or the handle's phase gives an error that
begins with its name, leaves the handle unchanged, and logs its end.  So does
each call that sets or gets something.

The library is called as C programs call it, also with NULL.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
from pathlib import Path
from typing import Any, Iterator

TOP = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "generator"))

from api import RECORDS  # noqa: E402
from nbdgen.calls import model as calls  # noqa: E402
from nbdgen.calls.expand import functions  # noqa: E402
from nbdgen.calls.model import Function, Phase  # noqa: E402

BUILD = Path(os.environ.get("top_builddir", TOP))
lib = ctypes.CDLL(str(BUILD / "lib/.libs/libnbd.so.0"))
lib.nbd_create.restype = ctypes.c_void_p
lib.nbd_get_error.restype = ctypes.c_char_p
lib.nbd_connection_state.restype = ctypes.c_char_p


class Closure(ctypes.Structure):
    """Any closure: the function, its argument, and the function that frees
    it."""

    _fields_ = [
        ("callback", ctypes.c_void_p),
        ("user_data", ctypes.c_void_p),
        ("free", ctypes.c_void_p),
    ]


DEBUG = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p
)
log: list[str] = []


def on_debug(_opaque: Any, context: bytes, message: bytes) -> int:
    log.append(f"{context.decode()}: {message.decode(errors='replace')}")
    return 0


# Kept in variables, because the library does not keep these objects alive.
ENTRY = DEBUG(on_debug)
CALLED = Closure(ctypes.cast(ENTRY, ctypes.c_void_p).value, None, None)
MISSING = Closure(None, None, None)
# Calls that end the handle, or whose arguments the library does not check.
EXCLUDED = {"close", "set_debug", "set_debug_callback", "clear_debug_callback"}
QUERIES = ("get_", "can_", "is_", "supports_", "aio_get_", "aio_is_", "stats_")
ALL_BITS = 0x80000000


def valid(arg: calls.Arg | calls.OptArg) -> list[Any]:
    """Valid C arguments."""
    match arg:
        case calls.Bool():
            return [ctypes.c_bool(False)]
        case calls.Int() | calls.Fd():
            return [ctypes.c_int(0)]
        case calls.EnumArg(group=group):
            return [ctypes.c_int(int(group.members[0].value))]
        case calls.FlagsArg() | calls.UInt32() | calls.OFlags():
            return [ctypes.c_uint32(0)]
        case calls.UInt64():
            return [ctypes.c_uint64(0)]
        case calls.SizeT() | calls.UIntPtr():
            return [ctypes.c_size_t(0)]
        case calls.String() | calls.Path():
            return [ctypes.c_char_p(b"x")]
        case calls.StringList():
            return [(ctypes.c_char_p * 2)(b"x", None)]
        case calls.SockAddr():
            return [ctypes.create_string_buffer(128), ctypes.c_uint32(16)]
        case calls.BytesIn() | calls.BytesOut():
            return [ctypes.create_string_buffer(16), ctypes.c_size_t(16)]
        case calls.Closure():
            return [CALLED]
        case calls.OClosure():
            return [MISSING]


def wrong(arg: calls.Arg | calls.OptArg) -> list[Any] | None:
    """C arguments that every call refuses, or None if there are none."""
    match arg:
        case calls.EnumArg():
            return [ctypes.c_int(9999)]
        case calls.FlagsArg() | calls.OFlags():
            return [ctypes.c_uint32(ALL_BITS)]
        case calls.String() | calls.Path() | calls.StringList():
            return [ctypes.c_char_p(None)]
        case calls.SockAddr():
            return [ctypes.c_char_p(None), ctypes.c_uint32(16)]
        case calls.BytesIn() | calls.BytesOut():
            return [ctypes.c_char_p(None), ctypes.c_size_t(16)]
        case calls.Closure():
            return [MISSING]
        case _:
            return None


def mistakes(function: Function) -> Iterator[list[Any]]:
    """Lists of arguments of which one is wrong."""
    args = [*function.args, *function.opt]
    for at, arg in enumerate(args):
        bad = wrong(arg)
        if bad is not None:
            lists = [valid(a) for a in args]
            lists[at] = bad
            yield [value for part in lists for value in part]
    for at, arg in enumerate(args):
        if isinstance(arg, calls.StringList) and arg.argv:
            lists = [valid(a) for a in args]
            lists[at] = [(ctypes.c_char_p * 1)(None)]
            yield [value for part in lists for value in part]


RESULTS: dict[str, Any] = {
    "int": ctypes.c_int,
    "int64_t": ctypes.c_int64,
    "ssize_t": ctypes.c_ssize_t,
    "unsigned": ctypes.c_uint,
    "uint64_t": ctypes.c_uint64,
    "uintptr_t": ctypes.c_size_t,
    "uint32_t": ctypes.c_uint32,
    "char *": ctypes.c_void_p,
    "const char *": ctypes.c_char_p,
}


def call(function: Function, handle: int, args: list[Any]) -> Any:
    """Call the function.  Return its result, and the log of this call only."""
    entry = getattr(lib, f"nbd_{function.name}")
    entry.restype = RESULTS.get(function.returns.ctype)
    log.clear()
    return entry(ctypes.c_void_p(handle), *args)


def handle_in(phase: Phase) -> tuple[int, list[socket.socket]]:
    """Make a handle that logs and is in this phase.  The server has sent
    before what takes it there."""
    handle = lib.nbd_create()
    h = ctypes.c_void_p(handle)
    lib.nbd_set_debug_callback(h, CALLED)
    lib.nbd_set_debug(h, ctypes.c_bool(True))
    if phase is Phase.CREATED:
        return handle, []
    ours, theirs = socket.socketpair()
    flags = 3 if phase is Phase.NEGOTIATING else 2
    ours.sendall(b"NBDMAGICIHAVEOPT" + struct.pack(">H", flags))
    if phase is Phase.NEGOTIATING:
        lib.nbd_set_opt_mode(h, ctypes.c_bool(True))
        lib.nbd_set_request_structured_replies(h, ctypes.c_bool(False))
    else:
        ours.sendall(struct.pack(">QH", 1 << 20, 1))
    if lib.nbd_connect_socket(h, theirs.detach()) != 0:
        raise SystemExit(f"connecting failed: {lib.nbd_get_error()!r}")
    return handle, [ours]


def check_refusal(function: Function, result: Any, phase: Phase) -> Iterator[str]:
    """What is wrong after a call that had to fail."""
    error = (lib.nbd_get_error() or b"").decode(errors="replace")
    name = f"nbd_{function.name}"
    failed = result in (None, 0) if function.error == "NULL" else result == -1
    if not failed:
        yield f"{name} in {phase.name} accepted what is wrong: {result}"
    elif not error.startswith(f"{name}: "):
        yield f"{name} in {phase.name} failed with this message: {error!r}"
    elif function.locked:
        yield from check_log(function, "leave: error=")


def check_log(function: Function, end: str) -> Iterator[str]:
    """Whether the call and its end were logged."""
    name = f"nbd_{function.name}"
    begins = [line for line in log if line.startswith(f"{name}: enter:")]
    ends = [line for line in log if line.startswith(f"{name}: {end}")]
    if not begins or not ends:
        yield f"{name} was logged like this: {log}"


def problems(phase: Phase) -> Iterator[str]:
    """Try all calls with a handle in this phase."""
    handle, sockets = handle_in(phase)
    before = lib.nbd_connection_state(ctypes.c_void_p(handle))
    for function in functions(RECORDS):
        if not function.takes_handle or function.name in EXCLUDED:
            continue
        permitted = not function.phases or phase in function.phases
        plain = [v for a in (*function.args, *function.opt) for v in valid(a)]
        if function.error is not None and not permitted:
            yield from check_refusal(function, call(function, handle, plain), phase)
        if function.error is not None and permitted:
            for args in mistakes(function):
                yield from check_refusal(function, call(function, handle, args), phase)
        if permitted and not function.args and function.name.startswith(QUERIES):
            call(function, handle, plain)
            if function.locked:
                yield from check_log(function, "leave: ")
        after = lib.nbd_connection_state(ctypes.c_void_p(handle))
        if after != before:
            yield f"nbd_{function.name} led to {after!r}"
            break
    lib.nbd_close(ctypes.c_void_p(handle))
    for end in sockets:
        end.close()


def main() -> int:
    found = [
        problem
        for phase in (Phase.CREATED, Phase.NEGOTIATING, Phase.CONNECTED)
        for problem in problems(phase)
    ]
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
