# SPDX-License-Identifier: MIT
"""What the server told about the export and the connection."""

from __future__ import annotations

from nbdgen.calls.model import DETAILS, Call, EnumArg, Record, Ret, String

from .constants import SIZE

SECTION = "About the export"

UNKNOWN = {
    "EINVAL": "the server has not told about the export yet; in option mode call"
    " `opt_info` first"
}


def _flag(
    name: str, since: str, summary: str, text: str, see_also: tuple[str, ...]
) -> Call:
    """A question that one transmission flag answers."""
    return Call(
        name,
        since=since,
        returns=Ret.BOOL,
        summary=summary,
        text=text,
        phases=DETAILS,
        errors=UNKNOWN,
        spec="Transmission flags",
        see_also=see_also,
        section=SECTION,
    )


RECORDS: tuple[Record, ...] = (
    Call(
        "get_size",
        since="1.0",
        returns=Ret.INT64,
        summary="get the size of the export",
        text="""
            This returns the size of the export in bytes.  It does not change
            while the connection lasts, and need not be a multiple of the
            minimum block size.""",
        phases=DETAILS,
        errors={
            **UNKNOWN,
            "EOVERFLOW": "the size is 8 EiB or more and does not fit into the result",
        },
        spec="Transmission flags",
        example="examples/edit-qcow2.c",
        see_also=("get_block_size", "opt_info"),
        section=SECTION,
    ),
    Call(
        "get_block_size",
        since="1.4",
        returns=Ret.INT64,
        summary="get a block size or a limit of the export",
        text="""
            Servers can say which sizes of requests they handle.  Offsets and
            lengths must be multiples of LIBNBD_SIZE_MINIMUM, those of
            LIBNBD_SIZE_PREFERRED are fast, and reads and writes should not be
            larger than LIBNBD_SIZE_MAXIMUM.

            LIBNBD_SIZE_PAYLOAD is not from the server: it is the largest write
            that passes LIBNBD_STRICT_PAYLOAD (see `set_strict_mode`), which
            is the maximum, kept between 1 MiB and 64 MiB, or 32 MiB if the server
            gave none.

            The result is in bytes.  It is 0 if the server did not give sizes, or
            gave invalid ones: then 512 is a safe minimum, 4096 a good preference,
            and 32 MiB a safe maximum.""",
        args=(EnumArg("size_type", SIZE, "which size is wanted"),),
        phases=DETAILS,
        errors=UNKNOWN,
        spec="Block size constraints",
        example="examples/read-first-block.c",
        see_also=("set_request_block_size", "set_strict_mode", "get_size"),
        section=SECTION,
    ),
    Call(
        "get_canonical_export_name",
        since="1.4",
        returns=Ret.STRING,
        summary="get the name that the server has for the export",
        text="""
            A server may use another name for an export than the one it was asked
            for, for instance if that was empty.  This returns the server's name.

            The server is asked for it only if `set_full_info` was true, and
            need not answer.
            {c: The caller must free the string.}""",
        phases=DETAILS,
        errors={**UNKNOWN, "ENOTSUP": "the server gave no name"},
        spec="Option types",
        see_also=("set_full_info", "get_export_name", "get_export_description"),
        section=SECTION,
    ),
    Call(
        "get_export_description",
        since="1.4",
        returns=Ret.STRING,
        summary="get the description of the export",
        text="""
            A server may describe an export in words for people.  This returns
            the description.

            The server is asked for it only if `set_full_info` was true, and
            need not answer.
            {c: The caller must free the string.}""",
        phases=DETAILS,
        errors={**UNKNOWN, "ENOTSUP": "the server gave no description"},
        spec="Option types",
        example="examples/list-exports.c",
        see_also=("set_full_info", "get_canonical_export_name", "opt_list"),
        section=SECTION,
    ),
    _flag(
        "is_read_only",
        "1.0",
        "tell whether the export is read-only",
        """
            The result is true if the server says that the export cannot be
            written.  Then `pwrite`, `trim` and `zero` fail.""",
        ("pwrite", "trim", "zero"),
    ),
    _flag(
        "is_rotational",
        "1.0",
        "tell whether the export is on a rotating disk",
        """
            The result is true if the server says that the export behaves like a
            disk with moving parts, for which sequential access is faster than
            random access.""",
        ("get_block_size",),
    ),
    _flag(
        "can_flush",
        "1.0",
        "tell whether the server can flush",
        """
            The result is true if the server offers `flush`.  Without it there is
            no way to know that written data is on stable storage, unless the
            server offers `can_fua`.""",
        ("flush", "can_fua"),
    ),
    _flag(
        "can_fua",
        "1.0",
        "tell whether the server can force data to stable storage",
        """
            The result is true if LIBNBD_CMD_FLAG_FUA may be given to commands
            that change the export: the server then replies only when the change
            is on stable storage.""",
        ("pwrite", "zero", "trim", "can_flush"),
    ),
    _flag(
        "can_trim",
        "1.0",
        "tell whether the server can trim",
        """
            The result is true if the server offers `trim`.""",
        ("trim",),
    ),
    _flag(
        "can_zero",
        "1.0",
        "tell whether the server can write zeroes",
        """
            The result is true if the server offers `zero`.  Without it, write a
            buffer of zeroes.""",
        ("zero", "can_fast_zero"),
    ),
    _flag(
        "can_fast_zero",
        "1.2",
        "tell whether the server can refuse slow zeroing",
        """
            The result is true if LIBNBD_CMD_FLAG_FAST_ZERO may be given to
            `zero`: the server then fails at once with ENOTSUP, without having
            changed anything, where zeroing is not faster than writing.""",
        ("zero", "can_zero"),
    ),
    _flag(
        "can_block_status_payload",
        "1.18",
        "tell whether the server can filter block status",
        """
            The result is true if the server offers `block_status_filter`.  This
            needs extended headers.""",
        ("block_status_filter", "get_extended_headers_negotiated"),
    ),
    _flag(
        "can_df",
        "1.0",
        "tell whether the server can answer a read in one piece",
        """
            The result is true if LIBNBD_CMD_FLAG_DF may be given to
            `pread_structured`, so that the reply is not fragmented.  This needs
            structured replies.""",
        ("pread_structured", "get_structured_replies_negotiated"),
    ),
    _flag(
        "can_multi_conn",
        "1.0",
        "tell whether several connections see the same data",
        """
            The result is true if the server promises that data which is written
            and flushed through one connection to the export is seen through all
            others. Then a program may spread its requests over several handles.
            Read-only connections do not need this promise.  Programs that write
            in parallel to different ranges need to flush on only one of the
            connections.""",
        ("flush", "is_read_only"),
    ),
    _flag(
        "can_cache",
        "1.0",
        "tell whether the server can read ahead",
        """
            The result is true if the server offers `cache`.""",
        ("cache",),
    ),
    Call(
        "can_meta_context",
        since="1.0",
        returns=Ret.BOOL,
        summary="tell whether a metadata context was granted",
        text="""
            The result is true if the server granted *metacontext*, so that
            `block_status` reports it.  The name must be exactly that of the
            context: a namespace alone is not enough.

            In option mode the answer is about the export of `set_export_name`.
            There the call fails until the server was asked about the contexts of
            this export: `opt_info` asks only if `set_request_meta_context` is
            true, and fails if the server does not have the export.""",
        args=(String("metacontext", "name of the context"),),
        phases=DETAILS,
        errors={
            "EINVAL": "no request for contexts of this export has succeeded; in"
            " option mode call `opt_info` or `opt_set_meta_context` first"
        },
        spec="Metadata querying",
        example="examples/block-status-map.c",
        see_also=("add_meta_context", "block_status", "opt_set_meta_context"),
        section=SECTION,
    ),
    Call(
        "get_protocol",
        since="1.2",
        returns=Ret.STATIC_STRING,
        summary="tell which kind of handshake took place",
        text="""
            The result is one of three strings{c: , which must not be freed}:

            - ``oldstyle`` :: the server has one export and no options
            - ``newstyle`` :: the server has export names but no other options
            - ``newstyle-fixed`` :: the server can negotiate; most servers do""",
        phases=DETAILS,
        spec="Handshake",
        see_also=("get_handshake_flags", "get_structured_replies_negotiated"),
        section=SECTION,
    ),
)
