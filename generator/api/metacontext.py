# SPDX-License-Identifier: MIT
"""Metadata contexts: what block status can tell about."""

from __future__ import annotations

from nbdgen.calls.model import (
    SETUP,
    Bool,
    Call,
    Closure,
    Option,
    Record,
    Ret,
    Setting,
    SizeT,
    String,
    StringList,
)

from .constants import CONTEXT

SECTION = "Metadata contexts"
SPEC = "Metadata querying"

QUERIES = StringList("queries", "names or queries{c: , ended by NULL}; may be empty")
TOO_LONG = {
    "ENAMETOOLONG": "one of *queries* is longer than 4096 bytes",
    "ERANGE": "all of *queries* together, and 4 for each, are more than 64 MiB",
}
REFUSED = {
    "ENOTSUP": "the server refuses, or cannot negotiate options (not fixed newstyle)"
}
CALLED = """*context* is called with the *name* of each of them; what it returns is
            ignored.  It runs with the lock of the handle held, so it must not
            call a function that takes that lock."""
AIO_TEXT = """
            {rust: This form does not return a number of contexts.
            | else: If it succeeds this form returns 0, not a number of contexts.}"""

RECORDS: tuple[Record, ...] = (
    Setting(
        "request_meta_context",
        since="1.16",
        value=Bool("request", "true to set them, false to leave that to the caller"),
        initial=True,
        set_summary="choose whether metadata contexts are set automatically",
        text="""
            If this is true, connecting, `opt_go` and `opt_info` first ask the
            server for the metadata contexts of `add_meta_context`, provided that
            there are some and that structured replies are in use.  If it is
            false, `opt_set_meta_context` does so when the program calls it.""",
        phases=SETUP,
        get_summary="tell whether metadata contexts are set automatically",
        spec=SPEC,
        see_also=("add_meta_context", "opt_set_meta_context"),
        section=SECTION,
    ),
    Call(
        "add_meta_context",
        since="1.0",
        returns=Ret.ERR,
        summary="ask for a metadata context",
        text="""
            A metadata context is a kind of information that `block_status` can
            return for each part of the export.  Its name is a namespace, a colon,
            and a name that the namespace defines.  All contexts that a program
            wants must be asked for while negotiating.  This adds *name* to the
            list of these. The list keeps its order, and may have duplicates.

            LIBNBD_CONTEXT_BASE_ALLOCATION is the one that most servers have.
            Others are LIBNBD_CONTEXT_QEMU_ALLOCATION_DEPTH, and
            LIBNBD_CONTEXT_QEMU_DIRTY_BITMAP followed by the name of a bitmap.

            The server may grant all, some or none of them: use `can_meta_context`
            to find out.""",
        args=(String("name", "name of the context, at most 4096 bytes"),),
        phases=SETUP,
        errors={
            "ENAMETOOLONG": "*name* is longer than 4096 bytes",
            "ERANGE": "all names together, and 4 for each, would be more than 64 MiB",
            "ENOMEM": "memory is short",
        },
        spec=SPEC,
        example="examples/block-status-map.c",
        see_also=(
            "can_meta_context",
            "block_status",
            "get_nr_meta_contexts",
            "clear_meta_contexts",
        ),
        section=SECTION,
    ),
    Call(
        "get_nr_meta_contexts",
        since="1.6",
        returns=Ret.SIZE,
        summary="count the metadata contexts asked for",
        text="""
            This returns the length of the list of `add_meta_context`, whether or
            not the server has granted these contexts.""",
        spec=SPEC,
        see_also=("add_meta_context", "get_meta_context"),
        section=SECTION,
    ),
    Call(
        "get_meta_context",
        since="1.6",
        returns=Ret.STRING,
        summary="get the name of a metadata context asked for",
        text="""
            This returns an entry of the list of `add_meta_context`, whether or
            not the server has granted it.
            {c: The caller must free the string.}""",
        args=(SizeT("i", "which entry, counted from 0"),),
        errors={"EINVAL": "the list has no such entry"},
        spec=SPEC,
        see_also=("add_meta_context", "get_nr_meta_contexts"),
        section=SECTION,
    ),
    Call(
        "clear_meta_contexts",
        since="1.6",
        returns=Ret.ERR,
        summary="ask for no metadata contexts",
        text="""
            The list of `add_meta_context` becomes empty.  What the server has
            granted before is not changed by this.""",
        phases=SETUP,
        spec=SPEC,
        see_also=("add_meta_context",),
        section=SECTION,
    ),
    Option(
        "list_meta_context",
        since="1.6",
        sends="NBD_OPT_LIST_META_CONTEXT",
        returns=Ret.INT,
        summary="list the metadata contexts of the export",
        text=f"""
            The server is asked which metadata contexts the export of
            `set_export_name` has that match the list of `add_meta_context`.  With
            an empty list that is all of them; a namespace and a colon, such as
            LIBNBD_NAMESPACE_QEMU, stand for all contexts in that namespace.

            {CALLED}

            The result is the number of contexts.  Listing does not change which
            contexts are granted.""",
        aio_text=AIO_TEXT,
        aio_returns=Ret.INT,
        args=(Closure(CONTEXT, "called for each context"),),
        errors=REFUSED,
        spec=SPEC,
        see_also=("opt_list_meta_context_queries", "opt_set_meta_context"),
        section=SECTION,
    ),
    Option(
        "list_meta_context_queries",
        since="1.16",
        sends="NBD_OPT_LIST_META_CONTEXT",
        returns=Ret.INT,
        summary="list the metadata contexts of the export that match",
        text=f"""
            This is `opt_list_meta_context` with a list of its own: *queries*
            instead of the list of `add_meta_context`.

            {CALLED}

            The result is the number of contexts.  Listing does not change which
            contexts are granted.""",
        aio_text=AIO_TEXT,
        aio_returns=Ret.INT,
        args=(QUERIES, Closure(CONTEXT, "called for each context")),
        errors={**REFUSED, **TOO_LONG},
        spec=SPEC,
        see_also=("opt_list_meta_context", "opt_set_meta_context_queries"),
        section=SECTION,
    ),
    Option(
        "set_meta_context",
        since="1.16",
        sends="NBD_OPT_SET_META_CONTEXT",
        returns=Ret.INT,
        summary="set the metadata contexts of the export",
        text=f"""
            The server is asked to grant the contexts of `add_meta_context` for
            the export of `set_export_name`.  What it grants replaces what was
            granted before.

            {CALLED}

            The result is the number of contexts granted.  This is for programs
            that turned `set_request_meta_context` off; otherwise `opt_go` sets
            the contexts once more.  The request is sent even where it is
            pointless, with an empty list or without structured replies, so that
            servers can be tested with it.

            A server may forget the contexts if the export name changes
            afterwards.""",
        aio_text=AIO_TEXT,
        aio_returns=Ret.INT,
        args=(Closure(CONTEXT, "called for each context that is granted"),),
        errors=REFUSED,
        spec=SPEC,
        see_also=(
            "set_request_meta_context",
            "opt_set_meta_context_queries",
            "can_meta_context",
        ),
        section=SECTION,
    ),
    Option(
        "set_meta_context_queries",
        since="1.16",
        sends="NBD_OPT_SET_META_CONTEXT",
        returns=Ret.INT,
        summary="set metadata contexts of the export from a list",
        text=f"""
            This is `opt_set_meta_context` with a list of its own: *queries*
            instead of the list of `add_meta_context`.  What the server grants
            replaces what was granted before.

            {CALLED}

            The result is the number of contexts granted.""",
        aio_text=AIO_TEXT,
        aio_returns=Ret.INT,
        args=(QUERIES, Closure(CONTEXT, "called for each context that is granted")),
        errors={**REFUSED, **TOO_LONG},
        spec=SPEC,
        see_also=(
            "opt_set_meta_context",
            "opt_list_meta_context_queries",
            "can_meta_context",
        ),
        section=SECTION,
    ),
)
