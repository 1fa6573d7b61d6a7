# SPDX-License-Identifier: MIT
"""The commands of the protocol, as they are on the wire."""

from __future__ import annotations

from nbdgen.calls.requests import Payload, Request, RequestFlag

FUA = RequestFlag("FUA", permitted_by="NBD_FLAG_SEND_FUA")
NO_HOLE = RequestFlag("NO_HOLE")
DF = RequestFlag("DF", permitted_by="NBD_FLAG_SEND_DF")
REQ_ONE = RequestFlag("REQ_ONE")
FAST_ZERO = RequestFlag("FAST_ZERO", permitted_by="NBD_FLAG_SEND_FAST_ZERO")
PAYLOAD_LEN = RequestFlag("PAYLOAD_LEN")  # follows from the headers in use

READ = Request(
    "NBD_CMD_READ",
    number=0,
    word="read",
    payload=Payload.IN,
    flags=(DF,),
    past_end="EINVAL",
    chunks=(
        "NBD_REPLY_TYPE_OFFSET_DATA",
        "NBD_REPLY_TYPE_OFFSET_HOLE",
    ),
    at_completion="nbdi_read_finish",
)
WRITE = Request(
    "NBD_CMD_WRITE",
    number=1,
    word="write",
    payload=Payload.OUT,
    flags=(FUA, PAYLOAD_LEN),
    modifies=True,
    past_end="ENOSPC",
)
DISC = Request(
    "NBD_CMD_DISC",
    number=2,
    word="disconnect",
    answered=False,
)
FLUSH = Request(
    "NBD_CMD_FLUSH",
    number=3,
    word="flush",
    needs="NBD_FLAG_SEND_FLUSH",
    settles=True,
)
TRIM = Request(
    "NBD_CMD_TRIM",
    number=4,
    word="trim",
    advisory=True,
    flags=(FUA,),
    needs="NBD_FLAG_SEND_TRIM",
    modifies=True,
    past_end="ENOSPC",
)
CACHE = Request(
    "NBD_CMD_CACHE",
    number=5,
    word="cache",
    needs="NBD_FLAG_SEND_CACHE",
    past_end="EINVAL",
)
WRITE_ZEROES = Request(
    "NBD_CMD_WRITE_ZEROES",
    number=6,
    word="write-zeroes",
    flags=(FUA, NO_HOLE, FAST_ZERO),
    needs="NBD_FLAG_SEND_WRITE_ZEROES",
    modifies=True,
    past_end="ENOSPC",
)
BLOCK_STATUS = Request(
    "NBD_CMD_BLOCK_STATUS",
    number=7,
    word="block-status",
    flags=(REQ_ONE, PAYLOAD_LEN),
    past_end="EINVAL",
    shortened=True,  # how far to look is a wish, of which the server may do less
    chunks=(
        "NBD_REPLY_TYPE_BLOCK_STATUS",
        "NBD_REPLY_TYPE_BLOCK_STATUS_EXT",
    ),
    at_reply="nbdi_status_finish",
)

# All that are above.
REQUESTS = tuple(it for it in [*globals().values()] if isinstance(it, Request))

# Chunks that answer every command.
EVERY_COMMAND = (
    "NBD_REPLY_TYPE_NONE",
    "NBD_REPLY_TYPE_ERROR",
    "NBD_REPLY_TYPE_ERROR_OFFSET",
)
