# SPDX-License-Identifier: MIT
"""What the library asks the server for, and how strict it is itself."""

from __future__ import annotations

from nbdgen.calls.model import (
    CREATED,
    DETAILS,
    SETUP,
    Bool,
    Call,
    FlagsArg,
    Record,
    Ret,
    Setting,
    String,
)

from .constants import HANDSHAKE_FLAG, STRICT

SECTION = "What to ask for"

RECORDS: tuple[Record, ...] = (
    Setting(
        "export_name",
        since="1.0",
        value=String("export_name", "the name, in UTF-8, at most 4096 bytes"),
        initial="",
        default="the empty string, for which servers choose an export",
        set_summary="set the name of the export to ask for",
        text="""
            A server can have several exports; this is the name of the one to
            use.  It can be set before connecting, and in option mode any number
            of times before `opt_go`.

            Setting a different name in option mode forgets what was known about
            the export, such as its size, and which metadata contexts were
            granted.  Oldstyle servers have one export and ignore the name.""",
        phases=SETUP,
        errors={"ENAMETOOLONG": "*export_name* is longer than 4096 bytes"},
        custom_set=True,
        get_summary="get the name of the export to ask for",
        get_text="""
            This is the name as it was set; the server may call the export
            differently, see `get_canonical_export_name`.
            {c: The caller must free the string.}""",
        spec="Newstyle negotiation",
        example="examples/list-exports.c",
        see_also=("opt_info", "opt_go", "get_canonical_export_name", "opt_list"),
        section=SECTION,
    ),
    Setting(
        "request_block_size",
        since="1.12",
        value=Bool("request", "true to ask, false not to ask"),
        initial=True,
        set_summary="choose whether to ask for block sizes",
        text="""
            When an export is chosen the library can ask for its block sizes.  By
            asking it promises to obey them, which it does with
            LIBNBD_STRICT_ALIGN (see `set_strict_mode`).  If a client does not
            ask, a server may assume 512 bytes, or refuse the export; then the
            library asks after all, or in option mode the error is EINVAL.""",
        phases=SETUP,
        get_summary="tell whether to ask for block sizes",
        spec="Block size constraints",
        see_also=("get_block_size", "set_strict_mode"),
        section=SECTION,
    ),
    Setting(
        "full_info",
        since="1.4",
        value=Bool("request", "true to ask, false not to ask"),
        initial=False,
        set_summary="choose whether to ask for the export's name and description",
        text="""
            When an export is chosen the library can ask how the server itself
            names and describes it.  Few programs need to know, so this is off
            unless asked for.  Servers need not answer.""",
        phases=SETUP,
        get_summary="tell whether to ask for the export's name and description",
        spec="Option types",
        example="examples/list-exports.c",
        see_also=("get_canonical_export_name", "get_export_description"),
        section=SECTION,
    ),
    Setting(
        "request_extended_headers",
        since="1.18",
        value=Bool("request", "true to ask, false not to ask"),
        initial=True,
        set_summary="choose whether to ask for extended headers",
        text="""
            Extended headers have lengths of 64 bits, so that trimming, zeroing
            or asking for block status takes one request for more than 4 GiB.
            They imply structured replies.  The library asks for them when it
            connects, if this and `set_request_structured_replies` are both
            true; the server may not know them.

            Turn this off for a server that closes the connection when it does not
            know an option.  The error message says so; the handle is Dead, and
            another one is needed.  Other reasons to turn it off are testing
            servers, or asking in option mode with `opt_extended_headers`.""",
        phases=CREATED,
        get_summary="tell whether to ask for extended headers",
        get_may_set_error=False,
        see_also=(
            "get_extended_headers_negotiated",
            "opt_extended_headers",
            "set_request_structured_replies",
        ),
        section=SECTION,
    ),
    Call(
        "get_extended_headers_negotiated",
        since="1.18",
        returns=Ret.BOOL,
        summary="tell whether extended headers are in use",
        text="""
            The result is true if the server agreed to extended headers, when
            connecting or through `opt_extended_headers`.""",
        phases=DETAILS,
        see_also=("set_request_extended_headers", "opt_extended_headers"),
        section=SECTION,
    ),
    Setting(
        "request_structured_replies",
        since="1.2",
        value=Bool("request", "true to ask, false not to ask"),
        initial=True,
        set_summary="choose whether to ask for structured replies",
        text="""
            Structured replies let the server answer a read in pieces, with holes
            and with errors at certain offsets, and are needed for block status.
            The library asks for them when it connects.  A server need not know
            them; a bad one then closes the connection, and the error message says
            so.

            If this is false, extended headers are not asked for either.  In
            option mode `opt_structured_reply` asks by hand.""",
        phases=CREATED,
        get_summary="tell whether to ask for structured replies",
        get_may_set_error=False,
        spec="Structured reply chunk message",
        see_also=(
            "get_structured_replies_negotiated",
            "opt_structured_reply",
            "set_request_extended_headers",
        ),
        section=SECTION,
    ),
    Call(
        "get_structured_replies_negotiated",
        since="1.2",
        returns=Ret.BOOL,
        summary="tell whether structured replies are in use",
        text="""
            The result is true if the server agreed to structured replies, or to
            extended headers, which imply them.""",
        phases=DETAILS,
        spec="Structured reply chunk message",
        example="examples/structured-read.c",
        see_also=("set_request_structured_replies", "opt_structured_reply"),
        section=SECTION,
    ),
    Setting(
        "handshake_flags",
        since="1.2",
        value=FlagsArg("flags", HANDSHAKE_FLAG, "what the client may agree to"),
        initial="MASK",
        set_summary="choose which handshake flags the client may agree to",
        text="""
            At the start of the handshake the server offers flags, and the client
            agrees to those in this set.  Leaving some out is for tests of
            servers: without LIBNBD_HANDSHAKE_FLAG_FIXED_NEWSTYLE there are no
            options but NBD_OPT_EXPORT_NAME, hence no TLS, no structured replies
            and no listing of exports.""",
        phases=CREATED,
        custom_get=True,
        get_summary="tell which handshake flags the client may or did agree to",
        get_text="""
            Before the handshake these are the flags that may be agreed to;
            afterwards they are those that client and server both have.  An
            oldstyle server has none.""",
        get_may_set_error=False,
        spec="Handshake flags",
        see_also=("get_protocol",),
        section=SECTION,
    ),
    Setting(
        "pread_initialize",
        since="1.12",
        value=Bool("request", "true to clear buffers, false to leave them alone"),
        initial=True,
        set_summary="choose whether buffers of failed reads are cleared",
        text="""
            If this is true, after a read that failed the buffer holds only what
            came from the server and zeroes, never what was in memory before.
            This also holds for reads that the library refuses.

            If it is false, the parts of the buffer that the server did not send
            stay as they were, except for holes, which are always cleared.  Use
            this only if the buffer contains nothing secret, or is not read after
            a failure.""",
        get_summary="tell whether buffers of failed reads are cleared",
        get_may_set_error=False,
        see_also=("pread", "pread_structured", "set_strict_mode"),
        section=SECTION,
    ),
    Setting(
        "strict_mode",
        since="1.6",
        value=FlagsArg("flags", STRICT, "the checks to make"),
        initial="MASK",
        default="LIBNBD_STRICT_MASK, which makes all checks",
        set_summary="choose which requests are refused before they are sent",
        text="""
            The library refuses requests that the server has to refuse, or that
            break the protocol; this says which checks it makes.  Turning some off
            is for tests of servers.  It is not dangerous to the client, but a
            server may close the connection.

            Some checks cannot be turned off: a read or a write is never larger
            than 64 MiB, flags never exceed 16 bits, and a length must fit into
            the request.

            The setting may be changed at any time, and affects the commands
            issued after that.  LIBNBD_STRICT_AUTO_FLAG is not a check: with it
            the library itself sets LIBNBD_CMD_FLAG_PAYLOAD_LEN in writes as
            needed.""",
        get_summary="tell which requests are refused before they are sent",
        get_may_set_error=False,
        spec="Request types",
        see_also=("get_block_size", "set_pread_initialize"),
        section=SECTION,
    ),
)
