# SPDX-License-Identifier: MIT
"""Commands that move data or change the export, and the end of it all."""

from __future__ import annotations

from nbdgen.calls.model import (
    CONNECTED,
    NEGOTIATING,
    BytesIn,
    BytesOut,
    Call,
    Closure,
    Command,
    OFlags,
    Record,
    Ret,
    UInt64,
)
from nbdgen.calls.prose import MOST_COMMANDS

from . import requests
from .constants import CHUNK, CMD_FLAG, SHUTDOWN

SECTION = "Commands"

OFFSET = UInt64("offset", "where the range starts, in bytes from the export's start")
COUNT = UInt64("count", "length of the range in bytes")
FUA = "LIBNBD_CMD_FLAG_FUA makes the reply wait for stable storage"

RANGE = (
    "the range is empty (LIBNBD_STRICT_ZERO_SIZE) or not aligned to the minimum"
    " block size (LIBNBD_STRICT_ALIGN)"
)
PAST_END = "the range passes the end of the export (LIBNBD_STRICT_BOUNDS)"
READ_ONLY = "the export is read-only (LIBNBD_STRICT_COMMANDS)"
NO_FUA = (
    "LIBNBD_CMD_FLAG_FUA is given, but the server does not offer it"
    " (LIBNBD_STRICT_COMMANDS)"
)
TOO_LONG = "*count* is above 4294967295 and there are no extended headers"

READ_ERRORS = {
    "EINVAL": f"{RANGE}; {PAST_END}",
    "ERANGE": "*count* is above 67108864 (64 MiB)",
}


def not_offered(query: str) -> str:
    """Why a command is refused that `query` would answer false for."""
    return f"the server does not offer it, see `{query}` (LIBNBD_STRICT_COMMANDS)"


RECORDS: tuple[Record, ...] = (
    Command(
        "pread",
        since="1.0",
        sends=requests.READ,
        summary="read a range of the export into a buffer",
        text="""
            The *count* bytes of the export from *offset* on are put into *buf*.
            All of them are read, or the command fails.  Larger ranges than 64 MiB
            must be split, and servers may want smaller ones: see
            `get_block_size`.

            If it fails, the contents of *buf* are of no use.  They are not old
            memory, unless that was turned off with `set_pread_initialize`.  To
            see which parts of a range failed, use `pread_structured`.""",
        args=(
            BytesOut("buf", "count", "where the data goes, and how many bytes"),
            OFFSET,
        ),
        errors=READ_ERRORS,
        example="examples/read-first-block.c",
        aio_example="examples/fetch-with-poll.c",
        see_also=("pread_structured", "get_block_size", "set_pread_initialize"),
        section=SECTION,
    ),
    Command(
        "pread_structured",
        since="1.0",
        sends=requests.READ,
        summary="read a range of the export and be told of its parts",
        text="""
            This reads like `pread`, and calls *chunk* for each part of the range
            as soon as it is in the buffer.  Parts may arrive in any order.  Holes
            need no data on the wire, and an error is reported with its offset.

            *subbuf* {c: and *count* are | else: is} the part of the buffer, and
            *offset* is its place in the export.  *status* tells what it is:

            - LIBNBD_READ_DATA :: data from the server
            - LIBNBD_READ_HOLE :: a hole; the part was cleared
            - LIBNBD_READ_ERROR :: the server could not read at *offset*, and
              *error* {c: points to the errno | ocaml: refers to the error number
              | else: is the error number}; the length of the part is 0

            Otherwise *error* {c: points to | ocaml: refers to | else: is} 0, or
            {c: to} the first error of this command so far.  To make the command
            fail, *chunk* stores {c: an errno there | else: another error number
            in it} and returns -1; it is still called for the remaining parts.
            Servers without structured replies send everything as one part.

            What a server sends beyond *count* bytes fails the command with EPROTO
            and is not shown to *chunk*.

            With `set_reconnect_timeout` or `set_connections` a read whose
            connection was lost is sent again, and then *chunk* may be called
            again for parts for which it was called before.

            *chunk* runs with the lock of the handle held, so it must not call a
            function that takes that lock.""",
        args=(
            BytesOut("buf", "count", "where the data goes, and how many bytes"),
            OFFSET,
            Closure(CHUNK, "called for each part"),
        ),
        flags=("DF",),
        flags_text="LIBNBD_CMD_FLAG_DF asks for a reply in one piece; the server"
        " may refuse that with EOVERFLOW",
        errors={
            "EINVAL": f"{READ_ERRORS['EINVAL']}; LIBNBD_CMD_FLAG_DF is given,"
            " but the server does not offer it (LIBNBD_STRICT_COMMANDS)",
            "ERANGE": READ_ERRORS["ERANGE"],
        },
        spec="Structured reply types",
        example="examples/structured-read.c",
        see_also=("pread", "can_df", "set_request_structured_replies"),
        section=SECTION,
    ),
    Command(
        "pwrite",
        since="1.0",
        sends=requests.WRITE,
        summary="write a buffer to a range of the export",
        text="""
            The *count* bytes of *buf* are written to the export from *offset* on.
            If it fails, any part of the range may have been written.

            When the command has finished, reads see the data, but it may be lost
            if the server's machine fails: use `flush` after it, or
            LIBNBD_CMD_FLAG_FUA with it.

            With extended headers a write needs LIBNBD_CMD_FLAG_PAYLOAD_LEN, and
            without them it must not have it.  The library sets or clears the flag
            itself, unless LIBNBD_STRICT_AUTO_FLAG was turned off.""",
        args=(
            BytesIn("buf", "count", "the data, and how many bytes"),
            OFFSET,
        ),
        flags=("FUA", "PAYLOAD_LEN"),
        flags_text=FUA,
        errors={
            "EINVAL": f"{RANGE}; {NO_FUA}; LIBNBD_CMD_FLAG_PAYLOAD_LEN is wrong for"
            " the connection (LIBNBD_STRICT_COMMANDS)",
            "ENOSPC": PAST_END,
            "EPERM": READ_ONLY,
            "ERANGE": "*count* is above 67108864 (64 MiB), or above"
            " LIBNBD_SIZE_PAYLOAD (LIBNBD_STRICT_PAYLOAD)",
        },
        example="examples/edit-qcow2.c",
        see_also=("flush", "zero", "is_read_only", "can_fua", "get_block_size"),
        section=SECTION,
    ),
    Command(
        "flush",
        since="1.0",
        sends=requests.FLUSH,
        summary="bring written data to stable storage",
        text="""
            When this has finished, everything is on stable storage that was
            written by commands which had finished before this one was issued.
            Commands that were still in flight at that moment may or may not be
            included.""",
        errors={"EINVAL": not_offered("can_flush")},
        example="examples/edit-qcow2.c",
        see_also=("can_flush", "pwrite", "can_multi_conn"),
        section=SECTION,
    ),
    Command(
        "trim",
        since="1.0",
        sends=requests.TRIM,
        summary="tell the server that a range is not needed",
        text="""
            This tells the server that the range is not needed any more, so that
            it can free the storage.  It is a hint: afterwards the range may read
            as zeroes, as what it was, or as something else.  Use `zero` for a
            range that must read as zeroes.""",
        args=(COUNT, OFFSET),
        flags=("FUA",),
        flags_text=FUA,
        errors={
            "EINVAL": f"{RANGE}; {not_offered('can_trim')}; {NO_FUA}",
            "ENOSPC": PAST_END,
            "EPERM": READ_ONLY,
            "ERANGE": TOO_LONG,
        },
        see_also=("can_trim", "zero"),
        section=SECTION,
    ),
    Command(
        "cache",
        since="1.0",
        sends=requests.CACHE,
        summary="ask the server to read a range ahead",
        text="""
            This tells the server that the range will be needed soon, so that it
            can fetch it from slow storage.  No data is sent to the client.
            Success does not mean that anything was fetched.""",
        args=(COUNT, OFFSET),
        errors={
            "EINVAL": f"{RANGE}; {PAST_END}; {not_offered('can_cache')}",
            "ERANGE": TOO_LONG,
        },
        see_also=("can_cache", "pread"),
        section=SECTION,
    ),
    Command(
        "zero",
        since="1.0",
        sends=requests.WRITE_ZEROES,
        summary="fill a range of the export with zeroes",
        text="""
            Afterwards the range reads as zeroes, without any data on the wire.
            The server may make it a hole, unless LIBNBD_CMD_FLAG_NO_HOLE is
            given.  With LIBNBD_CMD_FLAG_FAST_ZERO it fails at once with ENOTSUP,
            changing nothing, if zeroing is not faster than writing.""",
        args=(COUNT, OFFSET),
        flags=("FUA", "NO_HOLE", "FAST_ZERO"),
        flags_text="how to do it",
        errors={
            "EINVAL": f"{RANGE}; {not_offered('can_zero')}; {NO_FUA};"
            " LIBNBD_CMD_FLAG_FAST_ZERO is given, but the server does not offer it"
            " (LIBNBD_STRICT_COMMANDS)",
            "ENOSPC": PAST_END,
            "EPERM": READ_ONLY,
            "ERANGE": TOO_LONG,
        },
        see_also=("can_zero", "can_fast_zero", "trim", "pwrite"),
        section=SECTION,
    ),
    Call(
        "shutdown",
        since="1.0",
        returns=Ret.ERR,
        summary="end the connection in an orderly way",
        text="""
            The server is told that no more requests will come, and the call waits
            until it has closed the connection.  Requests that were queued before
            are sent first, but nothing waits for their replies: the server may
            close without answering them, and then they fail with ENOTCONN.  To be
            sure of your data, let all commands finish and `flush` before.

            In option mode this does what `opt_abort` does.  The handle is Closed
            afterwards, and must still be given to `close`.

            LIBNBD_SHUTDOWN_ABANDON_PENDING is for a server that has stopped
            reading: requests of which nothing was sent yet fail with ENOTCONN
            instead of being sent.  A request that was sent in part is still sent
            to its end.""",
        opt=(OFlags("flags", SHUTDOWN, None, "how to do it"),),
        phases=NEGOTIATING | CONNECTED,
        modifies_fd=True,
        errors={
            "EPROTO": "the server broke the rules of the protocol at the end",
        },
        spec="Terminating the transmission phase",
        example="examples/edit-qcow2.c",
        see_also=("aio_disconnect", "close", "opt_abort", "flush"),
        section=SECTION,
    ),
    Call(
        "aio_disconnect",
        since="1.0",
        returns=Ret.ERR,
        summary="queue the request to end the connection",
        text="""
            The request is sent after all commands that were issued before, and
            no further command is accepted.  Then drive the connection with
            `poll` or your own main loop until `aio_is_closed` returns true.

            The server closes the connection without an answer to this request.
            Commands that it did not answer before that fail with ENOTCONN, so let
            all commands finish first.""",
        opt=(OFlags("flags", CMD_FLAG, (), "flags of this command"),),
        phases=CONNECTED,
        changes=("aio_is_closed", True),
        errors={
            "EINVAL": "a disconnect was queued before",
            "ENOMEM": f"memory is short, or {MOST_COMMANDS}",
        },
        spec="Terminating the transmission phase",
        example="examples/fetch-with-poll.c",
        see_also=("shutdown", "close", "aio_is_closed"),
        section=SECTION,
    ),
)
