# SPDX-License-Identifier: MIT
"""Settings for connecting that the modules of the package share."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import nbd


def new_handle(
    *,
    connections: int | None = None,
    reconnect_timeout: float | None = None,
    connect_timeout: float | None = None,
    command_timeout: float | None = None,
    stall_timeout: float | None = None,
    contexts: str | Iterable[str] = (nbd.CONTEXT_BASE_ALLOCATION,),
    setup: Callable[[nbd.NBD], object] | None = None,
) -> nbd.NBD:
    """Make a handle that is ready to connect.

    Times are in seconds, as usual in Python; math.inf means no limit.  An
    argument that is None changes nothing, so a URI or LIBNBD_URI_OPTIONS may
    set it.
    """
    h = nbd.NBD()
    try:
        if connections is not None:
            h.set_connections(connections)
        for choose, seconds in (
            (h.set_reconnect_timeout, reconnect_timeout),
            (h.set_connect_timeout, connect_timeout),
            (h.set_command_timeout, command_timeout),
            (h.set_stall_timeout, stall_timeout),
        ):
            if seconds is not None:
                choose(-1 if seconds == math.inf else round(seconds * 1000))
        for context in [contexts] if isinstance(contexts, str) else contexts:
            h.add_meta_context(context)
        if setup is not None:
            setup(h)
    except BaseException:
        h.close()
        raise
    return h
