# SPDX-License-Identifier: MIT
"""What tells how a connection is doing: debug output, counters, state."""

from __future__ import annotations

from nbdgen.calls.model import Bool, Call, Closure, Record, Ret, Setting

from .constants import DEBUG

SECTION = "Debugging and statistics"

RECORDS: tuple[Record, ...] = (
    Setting(
        "debug",
        since="1.0",
        value=Bool("debug", "true to turn debug output on, false to turn it off"),
        default="off, unless the environment variable LIBNBD_DEBUG was exactly 1"
        " when the handle was created",
        set_summary="turn debug output on or off",
        text="""
            With debug output on, each call on the handle is reported with its
            arguments and its result, together with what happens between them.
            Lines go to standard error, or where `set_debug_callback` sends
            them.  Their form is for people and may change.

            Strings are cut after 512 bytes and bytes that cannot be printed are
            shown in hexadecimal.""",
        field_name="trace.on",
        get_summary="tell whether debug output is on",
        get_may_set_error=False,
        see_also=("set_debug_callback", "set_handle_name"),
        section=SECTION,
    ),
    Call(
        "set_debug_callback",
        since="1.0",
        returns=Ret.ERR,
        summary="send debug output to a callback",
        text="""
            From now on *debug* is called for each line of debug output, which is
            not written to standard error any more.  An earlier callback is {c:
            freed | rust: dropped | else: forgotten}.  Debug output must be on as
            well, see `set_debug`.

            *context* is the name of the {c: public} function that was called, and
            *msg* the text without a newline at its end.  What the callback returns
            is ignored.  It runs with the lock of the handle held, so it must not
            call a function that takes that lock.""",
        args=(Closure(DEBUG, "what receives the lines"),),
        see_also=("clear_debug_callback", "set_debug"),
        section=SECTION,
    ),
    Call(
        "clear_debug_callback",
        since="1.0",
        returns=Ret.ERR,
        summary="send debug output to standard error again",
        text="""
            The callback that `set_debug_callback` stored is
            {c: freed | rust: dropped | else: forgotten}, and debug
            output goes to standard error.  Without a callback nothing happens.""",
        see_also=("set_debug_callback", "set_debug"),
        section=SECTION,
    ),
    Call(
        "connection_state",
        since="1.0",
        returns=Ret.STATIC_STRING,
        summary="describe the state of the connection",
        text="""
            This returns the name of the handle's internal state and, after a
            colon, what it does.  It is for log files and bug reports.  The names
            change between versions, so do not compare them: to make decisions,
            use `aio_is_ready` and the similar calls.

            {c: The string is constant and must not be freed.}""",
        see_also=("aio_is_created", "aio_is_ready", "aio_is_dead"),
        section=SECTION,
    ),
    Call(
        "stats_bytes_sent",
        since="1.16",
        returns=Ret.UINT64,
        summary="count the bytes sent to the server",
        text="""
            This counts the bytes of the protocol that were sent so far, from the
            handshake on.  With TLS they are counted before they are encrypted.
            The number is 0 at first and never decreases; the difference of two
            shows how much an operation cost.""",
        may_set_error=False,
        see_also=(
            "stats_chunks_sent",
            "stats_bytes_received",
            "stats_chunks_received",
        ),
        section=SECTION,
    ),
    Call(
        "stats_chunks_sent",
        since="1.16",
        returns=Ret.UINT64,
        summary="count the messages sent to the server",
        text="""
            This counts the messages that were sent so far: one for each option
            while negotiating, and one for each command after that.  The payload
            of a command belongs to its message.""",
        may_set_error=False,
        see_also=(
            "stats_bytes_sent",
            "stats_bytes_received",
            "stats_chunks_received",
        ),
        section=SECTION,
    ),
    Call(
        "stats_bytes_received",
        since="1.16",
        returns=Ret.UINT64,
        summary="count the bytes received from the server",
        text="""
            This counts the bytes of the protocol that were received so far, from
            the handshake on.  With TLS they are counted after they were
            decrypted.  Bytes count when the library acts on them, so after a
            blocking command they include exactly that command's reply.""",
        may_set_error=False,
        see_also=("stats_bytes_sent", "stats_chunks_sent", "stats_chunks_received"),
        section=SECTION,
    ),
    Call(
        "stats_chunks_received",
        since="1.16",
        returns=Ret.UINT64,
        summary="count the messages received from the server",
        text="""
            This counts the messages that were received so far: one for the
            greeting of the server, and one for each simple reply and each chunk
            of a structured reply.  Replies to options are not counted.

            Compared with `stats_chunks_sent` it shows into how many pieces the
            server cuts its replies.""",
        may_set_error=False,
        see_also=("stats_bytes_sent", "stats_chunks_sent", "stats_bytes_received"),
        section=SECTION,
    ),
)
