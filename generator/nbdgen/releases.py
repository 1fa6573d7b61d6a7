# SPDX-License-Identifier: MIT
"""The releases in which functions first appeared: libnbd's, and our own.

A function that libnbd has names a release of libnbd, "1.24".  A function that only
we have names a release of ours, "causeway 0.2".  Its symbol has a version node of
our own, so that a later libnbd cannot give the same versioned name another meaning.
"""

from __future__ import annotations

OWN = "causeway "

LIBNBD_RELEASES = (
    *("1.0", "1.2", "1.4", "1.6", "1.8", "1.12", "1.16", "1.18", "1.22", "1.24"),
)
OWN_RELEASES = ("0.2",)


def is_own(since: str) -> bool:
    """Whether this is a release of ours."""
    return since.startswith(OWN)


def exists(since: str) -> bool:
    """Whether there is such a release."""
    number = since.removeprefix(OWN)
    return number in (OWN_RELEASES if is_own(since) else LIBNBD_RELEASES)


def node(since: str) -> str:
    """The version node in the symbol map for functions of this release."""
    return f"{'CAUSEWAY' if is_own(since) else 'LIBNBD'}_{since.removeprefix(OWN)}"


def words(since: str) -> str:
    """The release in a sentence."""
    return since if is_own(since) else f"libnbd {since}"


def age(since: str) -> tuple[bool, tuple[int, ...]]:
    """A sort key: libnbd's releases, then ours, the oldest of each first."""
    number = since.removeprefix(OWN)
    return is_own(since), tuple(int(part) for part in number.split("."))
