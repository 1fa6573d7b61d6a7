# SPDX-License-Identifier: MIT
"""Option mode: talking to the server before an export is chosen."""

from __future__ import annotations

from nbdgen.calls.model import CREATED, Bool, Closure, Option, Record, Ret, Setting

from .constants import LIST

SECTION = "Option mode"

REFUSED = {
    "ENOTSUP": "the server does not know the option",
    "ENOENT": "the server has no such export",
    "EINVAL": "the server finds fault with the request",
    "ESHUTDOWN": "the server is about to shut down",
}
NOT_FIXED = {"ENOTSUP": "the server cannot negotiate options (not fixed newstyle)"}

AIO_BOOL = """
            This form returns {c: 0} as soon as the request is queued.  The answer is in
            *error*: 0 if the server agreed, ENOTSUP or EINVAL if it did not."""
AIO_LIST = """
            {c: If it succeeds this form returns 0, not a number of exports.
            | else: This form does not return a number of exports.}"""

RECORDS: tuple[Record, ...] = (
    Setting(
        "opt_mode",
        since="1.4",
        value=Bool("enable", "true to stop for options, false to go on"),
        initial=False,
        set_summary="choose whether connecting stops for options",
        text="""
            Usually a connecting call goes straight to the export of
            `set_export_name`.  In option mode it stops before that, with the
            handle Negotiating.  Then the program can list exports, look at some
            of them, and choose one: `opt_list`, `opt_info` and their relatives,
            any number of times, and at last `opt_go` or `opt_abort`.

            What needs no decision of the program is still negotiated before that:
            TLS, structured replies and extended headers, according to their
            settings.

            Oldstyle servers have no options.  With them the handle becomes ready
            as if option mode were off, so call `aio_is_negotiating` to find
            out.""",
        phases=CREATED,
        get_summary="tell whether connecting stops for options",
        get_may_set_error=False,
        spec="Newstyle negotiation",
        example="examples/list-exports.c",
        see_also=("opt_go", "opt_abort", "opt_list", "opt_info", "aio_is_negotiating"),
        section=SECTION,
    ),
    Option(
        "go",
        since="1.4",
        sends="NBD_OPT_GO",
        returns=Ret.ERR,
        summary="end option mode by using the export",
        text="""
            This asks for the export of `set_export_name`.  If the server agrees
            the handle becomes ready for commands.  If it refuses, the handle is
            usually still Negotiating, and another export can be tried.

            Metadata contexts are set before that if `set_request_meta_context` is
            true.  If a server does not know NBD_OPT_GO, the older
            NBD_OPT_EXPORT_NAME is sent; if that fails, the connection fails,
            too.""",
        errors=REFUSED,
        see_also=("opt_info", "opt_abort", "set_export_name"),
        section=SECTION,
    ),
    Option(
        "abort",
        since="1.4",
        sends="NBD_OPT_ABORT",
        returns=Ret.ERR,
        summary="end option mode and the connection",
        text="""
            This tells the server that no export is wanted, and closes the
            connection.  The handle becomes Closed.  With a server that cannot
            negotiate options (not fixed newstyle) the connection is just
            closed.""",
        aio_completion=False,
        spec="Termination of the session during option haggling",
        example="examples/list-exports.c",
        see_also=("opt_go", "shutdown", "close"),
        section=SECTION,
    ),
    Option(
        "starttls",
        since="1.16",
        sends="NBD_OPT_STARTTLS",
        returns=Ret.BOOL,
        summary="ask for TLS in option mode",
        text="""
            With LIBNBD_TLS_DISABLE (see `set_tls`) and option mode on, the
            connection is not encrypted at first.  This asks the server to change
            to TLS.  The result is true if the server agreed and the connection is
            now encrypted.  It is false if the server refused; then the connection
            goes on without encryption.  If the TLS handshake fails, the
            connection fails, too.

            After that, everything that was negotiated before is forgotten:
            structured replies, extended headers, metadata contexts and the
            details of the export.  A program needs this only to see what a server
            does before TLS; otherwise use `set_tls`.""",
        aio_text=AIO_BOOL,
        errors={"ENOTSUP": f"{NOT_FIXED['ENOTSUP']}, or the library has no TLS"},
        spec="TLS support",
        see_also=("set_tls", "get_tls_negotiated", "supports_tls"),
        section=SECTION,
    ),
    Option(
        "extended_headers",
        since="1.18",
        sends="NBD_OPT_EXTENDED_HEADERS",
        returns=Ret.BOOL,
        summary="ask for extended headers in option mode",
        text="""
            This asks for extended headers, which the library does by itself if
            `set_request_extended_headers` is true.  The result is true if the
            server agreed, and false if it did not.  Agreeing implies structured
            replies, and holds for the rest of the connection.""",
        aio_text=AIO_BOOL,
        errors=NOT_FIXED,
        see_also=("set_request_extended_headers", "get_extended_headers_negotiated"),
        section=SECTION,
    ),
    Option(
        "structured_reply",
        since="1.16",
        sends="NBD_OPT_STRUCTURED_REPLY",
        returns=Ret.BOOL,
        summary="ask for structured replies in option mode",
        text="""
            This asks for structured replies, which the library does by itself if
            `set_request_structured_replies` is true.  The result is true if the
            server agreed, and false if it did not, for instance because it had
            agreed before.  Agreeing holds for the rest of the connection.""",
        aio_text=AIO_BOOL,
        errors=NOT_FIXED,
        see_also=(
            "set_request_structured_replies",
            "get_structured_replies_negotiated",
        ),
        section=SECTION,
    ),
    Option(
        "list",
        since="1.4",
        sends="NBD_OPT_LIST",
        returns=Ret.INT,
        summary="list the exports of the server",
        text="""
            The server is asked for its exports.  For each of them *list* is
            called with its *name* and *description*, both in UTF-8; an export
            without a description has an empty one.
            {c, rust: The strings are valid during the call only.}
            What *list* returns is ignored.

            The result is the number of exports.  It can be 0 although the server
            has exports: a server may keep them secret, or create them when
            clients ask for them.  If the server answers with an error after some
            exports, *list* has been called for these.

            *list* runs with the lock of the handle held, so it must not call a
            function that takes that lock.  Remember the names, and look at them
            with `set_export_name` and `opt_info` afterwards.""",
        aio_text=AIO_LIST,
        args=(Closure(LIST, "called for each export"),),
        errors={"ENOTSUP": f"{NOT_FIXED['ENOTSUP']}, or does not list its exports"},
        example="examples/list-exports.c",
        see_also=("set_export_name", "opt_info", "opt_go"),
        section=SECTION,
    ),
    Option(
        "info",
        since="1.4",
        sends="NBD_OPT_INFO",
        returns=Ret.ERR,
        summary="ask about the export in option mode",
        text="""
            The server is asked about the export of `set_export_name` without
            using it.  After that `get_size`, `is_read_only`, `get_block_size`
            and the like answer for it, and so does `can_meta_context` if
            `set_request_meta_context` is true.

            If the server refuses, nothing is known about the export; the handle
            is still Negotiating.""",
        errors={**REFUSED, **NOT_FIXED},
        example="examples/list-exports.c",
        see_also=("set_export_name", "set_full_info", "opt_list", "opt_go"),
        section=SECTION,
    ),
)
