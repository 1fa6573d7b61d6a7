# SPDX-License-Identifier: MIT
"""The names of the public header that are not functions."""

from __future__ import annotations

from nbdgen.calls.model import Callback, CbArg, Constant, EnumGroup, FlagGroup

TLS = EnumGroup(
    "TLS",
    "How much a connection insists on encryption.",
    (
        Constant("DISABLE", 0, "do not ask for TLS"),
        Constant("ALLOW", 1, "ask for TLS, but go on without it if refused"),
        Constant("REQUIRE", 2, "ask for TLS, and fail if it is refused"),
    ),
)

SIZE = EnumGroup(
    "SIZE",
    "Which of the sizes that a server advertises is meant.",
    (
        Constant(
            "MINIMUM",
            0,
            "requests must be aligned to and be multiples of this",
            since="1.4",
        ),
        Constant("PREFERRED", 1, "requests of this size are efficient", "1.4"),
        Constant("MAXIMUM", 2, "the server may refuse larger requests", "1.4"),
        Constant(
            "PAYLOAD",
            3,
            "the library refuses to send more data than this in one request",
            since="1.16",
        ),
    ),
)

UNFLUSHED = EnumGroup(
    "UNFLUSHED",
    "What an outage means for writes that were answered but not flushed.",
    (
        Constant("JOURNAL", 0, "keep a copy, and write it again", "causeway 0.2"),
        Constant("STRICT", 1, "let the next flush fail", "causeway 0.2"),
        Constant("TRUST", 2, "rely on the server", "causeway 0.2"),
    ),
)

CMD_FLAG = FlagGroup(
    "CMD_FLAG",
    "Flags of a single command; the bits are those of the wire.",
    (
        Constant(
            "FUA",
            0x01,
            "force unit access: reply only when the data is on stable storage",
        ),
        Constant("NO_HOLE", 0x02, "allocate the range that is zeroed"),
        Constant("DF", 0x04, "do not fragment the reply to a read"),
        Constant("REQ_ONE", 0x08, "one extent per context is enough"),
        Constant(
            "FAST_ZERO",
            0x10,
            "fail at once if zeroing is not faster than writing",
            since="1.2",
        ),
        Constant(
            "PAYLOAD_LEN",
            0x20,
            "the length in the request header counts bytes of payload",
            since="1.18",
        ),
    ),
)

HANDSHAKE_FLAG = FlagGroup(
    "HANDSHAKE_FLAG",
    "What the client agrees to at the start of the handshake.",
    (
        Constant(
            "FIXED_NEWSTYLE",
            0x01,
            "options may be haggled over; nearly everything needs it",
            since="1.2",
        ),
        Constant(
            "NO_ZEROES",
            0x02,
            "NBD_OPT_EXPORT_NAME is answered without 124 bytes of padding",
            since="1.2",
        ),
    ),
)

STRICT = FlagGroup(
    "STRICT",
    "Checks of requests that the library does before it sends them.",
    (
        Constant(
            "COMMANDS",
            0x01,
            "refuse commands and flags that the server does not offer",
            since="1.6",
        ),
        Constant("FLAGS", 0x02, "refuse flags that the command does not know", "1.6"),
        Constant("BOUNDS", 0x04, "refuse ranges that pass the export's end", "1.6"),
        Constant("ZERO_SIZE", 0x08, "refuse empty ranges", "1.6"),
        Constant(
            "ALIGN",
            0x10,
            "refuse ranges that are not aligned to the minimum block size",
            since="1.6",
        ),
        Constant(
            "PAYLOAD",
            0x20,
            "refuse to send more data than LIBNBD_SIZE_PAYLOAD",
            since="1.16",
        ),
        Constant(
            "AUTO_FLAG",
            0x40,
            "set or clear LIBNBD_CMD_FLAG_PAYLOAD_LEN as the connection needs",
            since="1.18",
        ),
    ),
)

ALLOW_TRANSPORT = FlagGroup(
    "ALLOW_TRANSPORT",
    "Ways to reach a server that a URI may use.",
    (
        Constant("TCP", 0x01, "TCP over IPv4 and IPv6", "1.2"),
        Constant("UNIX", 0x02, "Unix domain sockets", "1.2"),
        Constant("VSOCK", 0x04, "AF_VSOCK sockets", "1.2"),
        Constant("SSH", 0x08, "a child process, ssh", "1.22"),
    ),
)

SHUTDOWN = FlagGroup(
    "SHUTDOWN",
    "How a connection is ended.",
    (
        Constant(
            "ABANDON_PENDING",
            0x10000,
            "drop the requests of which nothing has been sent",
            since="1.8",
        ),
    ),
)

ENUMS = (TLS, SIZE, UNFLUSHED)
FLAG_GROUPS = (
    CMD_FLAG,
    HANDSHAKE_FLAG,
    STRICT,
    ALLOW_TRANSPORT,
    SHUTDOWN,
)

CONSTANTS = (
    Constant(
        "AIO_DIRECTION_READ", 1, "the library waits for the socket to be readable"
    ),
    Constant(
        "AIO_DIRECTION_WRITE", 2, "the library waits for the socket to be writable"
    ),
    Constant("AIO_DIRECTION_BOTH", 3, "the library waits for either of the two"),
    Constant("READ_DATA", 1, "this part of a read holds data"),
    Constant("READ_HOLE", 2, "this part of a read is a hole and reads as zeroes"),
    Constant("READ_ERROR", 3, "this part of a read failed"),
    Constant("NAMESPACE_BASE", "base:", "contexts that the protocol itself defines"),
    Constant(
        "CONTEXT_BASE_ALLOCATION",
        "base:allocation",
        "which parts of the export are allocated, and which read as zeroes",
    ),
    Constant("STATE_HOLE", 1, "base:allocation: the extent is not allocated"),
    Constant("STATE_ZERO", 2, "base:allocation: the extent reads as zeroes"),
    Constant("NAMESPACE_QEMU", "qemu:", "contexts that QEMU defines", "1.18"),
    Constant(
        "CONTEXT_QEMU_DIRTY_BITMAP",
        "qemu:dirty-bitmap:",
        "a dirty bitmap of QEMU, whose name must follow",
        since="1.18",
    ),
    Constant(
        "STATE_DIRTY", 1, "qemu:dirty-bitmap:NAME: the extent was written to", "1.18"
    ),
    Constant(
        "CONTEXT_QEMU_ALLOCATION_DEPTH",
        "qemu:allocation-depth",
        "at which layer of a backing chain QEMU found the data",
        since="1.18",
    ),
    Constant("EVENT_CONNECTED", 0, "the first connection stands", "causeway 0.2"),
    Constant("EVENT_LOST", 1, "a connection was lost", "causeway 0.2"),
    Constant(
        "EVENT_ATTEMPT_FAILED",
        2,
        "an attempt to connect failed, and there will be another",
        since="causeway 0.2",
    ),
    Constant("EVENT_BACK", 3, "the outage is over", "causeway 0.2"),
    Constant("EVENT_GROWN", 4, "the export has become larger", "causeway 0.2"),
    Constant("EVENT_GIVEN_UP", 5, "there will be no other attempt", "causeway 0.2"),
)

# What the library reads, without LIBNBD_.
ENVIRONMENT = ("DEBUG", "URI_OPTIONS")

CHUNK = Callback(
    "chunk",
    (
        (CbArg.BYTES_IN, "subbuf"),
        (CbArg.UINT64, "offset"),
        (CbArg.UINT, "status"),
        (CbArg.MUTABLE_INT, "error"),
    ),
    "One piece of the reply to a read: what it holds, and where it belongs.",
)

COMPLETION = Callback(
    "completion",
    ((CbArg.MUTABLE_INT, "error"),),
    "A command or an option has finished.",
)

DEBUG = Callback(
    "debug",
    ((CbArg.STRING, "context"), (CbArg.STRING, "msg")),
    "One line of debug output and the name of the call that caused it.",
)

EXTENT = Callback(
    "extent",
    (
        (CbArg.STRING, "metacontext"),
        (CbArg.UINT64, "offset"),
        (CbArg.EXTENTS32, "entries"),
        (CbArg.MUTABLE_INT, "error"),
    ),
    "Extents of one metadata context: pairs of a length and its flags.",
)

EXTENT64 = Callback(
    "extent64",
    (
        (CbArg.STRING, "metacontext"),
        (CbArg.UINT64, "offset"),
        (CbArg.EXTENTS64, "entries"),
        (CbArg.MUTABLE_INT, "error"),
    ),
    "Extents of one metadata context, with lengths and flags of 64 bits.",
    since="1.18",
)

LIST = Callback(
    "list",
    ((CbArg.STRING, "name"), (CbArg.STRING, "description")),
    "One export that the server has.",
    since="1.4",
)

CONTEXT = Callback(
    "context",
    ((CbArg.STRING, "name"),),
    "One metadata context that the server has or has granted.",
    since="1.6",
)

EVENT = Callback(
    "event",
    ((CbArg.UINT, "event"), (CbArg.STRING, "message"), (CbArg.INT64, "value")),
    "What happened to a connection, as a number and in words.",
    since="causeway 0.2",
)

INTERRUPT = Callback(
    "interrupt",
    (),
    "Nothing; it only says whether the call that waits is to end.",
    since="causeway 0.2",
)

# In the order of the public header.
CALLBACKS = (
    CHUNK,
    COMPLETION,
    DEBUG,
    EXTENT,
    EXTENT64,
    LIST,
    CONTEXT,
    EVENT,
    INTERRUPT,
)
