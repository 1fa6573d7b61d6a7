# SPDX-License-Identifier: MIT
"""What the library offers: every public function, one record per idea.

The order of RECORDS is the order of the header and of the overview page.
"""

from __future__ import annotations

from nbdgen.calls.model import Record

from . import (
    blockstatus,
    commands,
    connect,
    debug,
    events,
    handle,
    library,
    links,
    metacontext,
    negotiate,
    query,
    settings,
    staying,
    tls,
    uri,
)

RECORDS: tuple[Record, ...] = (
    *handle.RECORDS,
    *connect.RECORDS,
    *uri.RECORDS,
    *tls.RECORDS,
    *settings.RECORDS,
    *negotiate.RECORDS,
    *metacontext.RECORDS,
    *query.RECORDS,
    *commands.RECORDS,
    *blockstatus.RECORDS,
    *events.RECORDS,
    *staying.RECORDS,
    *links.RECORDS,
    *debug.RECORDS,
    *library.RECORDS,
)
