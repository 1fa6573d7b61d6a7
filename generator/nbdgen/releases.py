# SPDX-License-Identifier: MIT
"""Releases that a function can be there since: libnbd's, and our own.

What libnbd has says so by its release, "1.24".  A function that only we have
names ours, "causeway 0.2", and is in a symbol node of its own, so that no later
libnbd can give the same versioned name another meaning.
"""

from __future__ import annotations

OWN = "causeway "

LIBNBD_RELEASES = (
    *("1.0", "1.2", "1.4", "1.6", "1.8", "1.12", "1.16", "1.18", "1.22", "1.24"),
)
OWN_RELEASES = ("0.2",)


def is_own(since: str) -> bool:
    """Whether only we have what is there since then."""
    return since.startswith(OWN)


def exists(since: str) -> bool:
    """Whether there is such a release."""
    number = since.removeprefix(OWN)
    return number in (OWN_RELEASES if is_own(since) else LIBNBD_RELEASES)


def node(since: str) -> str:
    """The node of the symbol map."""
    return f"{'CAUSEWAY' if is_own(since) else 'LIBNBD'}_{since.removeprefix(OWN)}"


def words(since: str) -> str:
    """The release in a sentence."""
    return since if is_own(since) else f"libnbd {since}"


def age(since: str) -> tuple[bool, tuple[int, ...]]:
    """What to sort by: libnbd's releases, then ours, each the oldest first."""
    number = since.removeprefix(OWN)
    return is_own(since), tuple(int(part) for part in number.split("."))
