# SPDX-License-Identifier: MIT
"""Commands that ask what a range is made of."""

from __future__ import annotations

from nbdgen.calls.model import Closure, Command, Record, StringList

from . import requests
from .commands import COUNT, OFFSET, PAST_END, RANGE, SECTION
from .constants import EXTENT, EXTENT64

SPEC = "Metadata querying"

REQ_ONE = "LIBNBD_CMD_FLAG_REQ_ONE asks for one extent per context only"

WHERE = """*metacontext* is the name of the context, *offset* where the first
            extent starts, in bytes from the start of the export, and *entries*
            what it is about.  The extents follow one another.  They start at
            the start of the range, but may end before its end: the server tells
            at least about the first bytes, and the rest must be asked for again.
            The last extent may also pass the end of the range.

            Without extended headers a request has room for a *count* of 32 bits.
            A larger one is allowed: the library asks about the first 4227858432
            bytes (4 GiB less 64 MiB), which is as if the server had told less.

            With `set_reconnect_timeout` or `set_connections` a request whose
            connection was lost is sent again, and the callback may be called again
            for what it was told of before.

            The meaning of the flags depends on the context: for
            LIBNBD_CONTEXT_BASE_ALLOCATION they are LIBNBD_STATE_HOLE and
            LIBNBD_STATE_ZERO, for a dirty bitmap of QEMU it is
            LIBNBD_STATE_DIRTY.

            *error* {c: points to | ocaml: refers to | else: is} 0, or {c: to} the first
            error of this command so far.  To make the command fail, the callback
            stores {c: an errno there | else: another error number in it} and returns
            -1.  It runs with the lock of the handle held, so it must not call a
            function that takes that lock."""

ERRORS = {
    "EINVAL": f"{RANGE}; {PAST_END}",
    "ENOTSUP": "there are no structured replies, or no metadata context was granted"
    " (LIBNBD_STRICT_COMMANDS)",
}

EXTENTS64 = Closure(EXTENT64, "called for each context with its extents")

RECORDS: tuple[Record, ...] = (
    Command(
        "block_status",
        since="1.0",
        sends=requests.BLOCK_STATUS,
        summary="ask what a range of the export is made of",
        text=f"""
            The server divides the range into extents, and tells something about
            each of them: which parts are holes, say.  What it tells are the
            metadata contexts that it granted (see `add_meta_context`).  *extent*
            is called once or more for each of these.

            {WHERE}

            Here *entries* {{c: is an array of | else: has}} numbers, in pairs: the
            length of an extent in bytes, and its flags.
            {{c: Their count, twice that of the extents, comes with it.}}
            Lengths and flags have 32 bits: longer extents are cut, and flags
            that need more make the command fail with EOVERFLOW.  New programs
            should use `block_status_64`.""",
        args=(
            COUNT,
            OFFSET,
            Closure(EXTENT, "called for each context with its extents"),
        ),
        flags=("REQ_ONE",),
        flags_text=REQ_ONE,
        errors=ERRORS,
        spec=SPEC,
        see_also=("block_status_64", "add_meta_context", "can_meta_context"),
        section=SECTION,
    ),
    Command(
        "block_status_64",
        since="1.18",
        sends=requests.BLOCK_STATUS,
        summary="ask what a range of the export is made of, with 64 bits",
        text=f"""
            The server divides the range into extents, and tells something about
            each of them: which parts are holes, say.  What it tells are the
            metadata contexts that it granted (see `add_meta_context`).
            *extent64* is called once or more for each of these.

            {WHERE}

            Here *entries* {{c: is an array of nbd_extent, each with | python, ocaml:
            has pairs of | else: has for each extent}} a length in bytes and flags, both
            of 64 bits.  {{c: Their count comes with it.}}
            It works with and without extended headers.""",
        args=(COUNT, OFFSET, EXTENTS64),
        flags=("REQ_ONE",),
        flags_text=REQ_ONE,
        errors=ERRORS,
        spec=SPEC,
        example="examples/block-status-map.c",
        see_also=(
            "block_status",
            "block_status_filter",
            "add_meta_context",
            "can_meta_context",
        ),
        section=SECTION,
    ),
    Command(
        "block_status_filter",
        since="1.18",
        sends=requests.BLOCK_STATUS,
        summary="ask about some metadata contexts of a range",
        text="""
            This is `block_status_64` for some of the metadata contexts that the
            server granted.  The server need not do the work for the others.

            The server must offer it, see `can_block_status_payload`.  The list is
            sent as a payload, for which the request needs
            LIBNBD_CMD_FLAG_PAYLOAD_LEN; the library sets the flag, unless
            LIBNBD_STRICT_AUTO_FLAG was turned off.  A name that is given twice
            counts once.""",
        args=(
            COUNT,
            OFFSET,
            StringList("contexts", "names of granted contexts{c: , ended by NULL}"),
            EXTENTS64,
        ),
        flags=("REQ_ONE", "PAYLOAD_LEN"),
        flags_text=REQ_ONE,
        errors={
            "EINVAL": f"{ERRORS['EINVAL']}; one of *contexts* was not granted;"
            " the server does not offer it, see `can_block_status_payload`",
            "ENOTSUP": f"there are no extended headers; {ERRORS['ENOTSUP']}",
        },
        spec=SPEC,
        see_also=("block_status_64", "can_block_status_payload"),
        section=SECTION,
    ),
)
