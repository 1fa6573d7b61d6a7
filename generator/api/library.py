# SPDX-License-Identifier: MIT
"""The library itself: which version it is, and what it was built with."""

from __future__ import annotations

from nbdgen.calls.model import Call, Record, Ret

SECTION = "About the library"


def _fact(
    name: str, since: str, returns: Ret, summary: str, text: str, also: tuple[str, ...]
) -> Call:
    """Something that is the same for all handles and never fails."""
    return Call(
        name,
        since=since,
        returns=returns,
        summary=summary,
        text=text,
        may_set_error=False,
        locked=False,
        see_also=also,
        section=SECTION,
    )


RECORDS: tuple[Record, ...] = (
    _fact(
        "get_package_name",
        "1.0",
        Ret.STATIC_STRING,
        "get the name of the library",
        """
            This returns ``libnbd``, the name of the interface.  Call
            `get_version_extra` to find out which library provides it.""",
        ("get_version", "get_version_extra"),
    ),
    _fact(
        "get_version",
        "1.0",
        Ret.STATIC_STRING,
        "get the version of the library's interface",
        """
            This returns three numbers with dots between them.  They are the
            version of libnbd whose interface the library has; in stable versions
            the second number is even.""",
        ("get_package_name", "get_version_extra"),
    ),
    _fact(
        "get_version_extra",
        "1.24",
        Ret.STATIC_STRING,
        "get the name and version of this library",
        """
            This returns the name and version of the library that provides the
            interface, ``causeway`` followed by three numbers, or what a packager
            has put in its place.  It {c: is never NULL but} may be empty.""",
        ("get_version", "get_package_name"),
    ),
    _fact(
        "supports_tls",
        "1.0",
        Ret.BOOL,
        "tell whether the library can encrypt",
        """
            The result is true if the library was built with TLS.  Otherwise
            `set_tls` accepts only LIBNBD_TLS_DISABLE.""",
        ("set_tls",),
    ),
    _fact(
        "supports_vsock",
        "1.16",
        Ret.BOOL,
        "tell whether the library knows AF_VSOCK",
        """
            The result is true if the library was built with AF_VSOCK.  That does
            not mean that the kernel has a transport for it: `connect_vsock` fails
            if it has none.""",
        ("connect_vsock",),
    ),
    _fact(
        "supports_uri",
        "1.0",
        Ret.BOOL,
        "tell whether the library understands URIs",
        """
            The result is true if the library was built with support for URIs.
            Otherwise `connect_uri` and `get_uri` fail with ENOTSUP; `is_uri`
            works always.""",
        ("connect_uri", "get_uri", "is_uri"),
    ),
)
