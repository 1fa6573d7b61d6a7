# SPDX-License-Identifier: MIT
"""Driving a connection: polling, events, results of asynchronous calls."""

from __future__ import annotations

from nbdgen.calls.model import (
    CLOSED,
    CONNECTED,
    DEAD,
    Call,
    Fd,
    Int,
    Record,
    Ret,
    UInt64,
)

SECTION = "Your own main loop"

NOT_AWAITED = (
    "the library does not wait for this event; the handle may be Closed or Dead"
)
FATAL = {
    "ENOTCONN": "the connection ended in the middle of something",
    "EPROTO": "the server broke the rules of the protocol, and the handle is Dead",
    "EINVAL": NOT_AWAITED,
}
POLL_ERRORS = {
    **FATAL,
    "EINVAL": "there is nothing to wait for: the handle is Created, Negotiating,"
    " Closed or Dead",
}


def _is(
    name: str,
    since: str,
    summary: str,
    text: str,
    also: tuple[str, ...],
    example: str | None = None,
) -> Call:
    """A question about the phase of the handle."""
    return Call(
        name,
        since=since,
        returns=Ret.BOOL,
        summary=summary,
        text=text,
        may_set_error=False,
        locked=False,
        example=example,
        see_also=(*also, "connection_state"),
        section=SECTION,
    )


RECORDS: tuple[Record, ...] = (
    Call(
        "poll",
        since="1.0",
        returns=Ret.INT,
        summary="wait for the socket and act on it once",
        text="""
            This waits until the socket is ready for what the library wants to do,
            and then does it: sends requests, receives replies, calls callbacks.
            It suits programs that have only one handle to wait for. Others use
            their own main loop, with `aio_get_fd`.

            One call completes at most one command, unless the connection ends.
            So a loop can go on until the command that it waits for has finished,
            without missing others.  With `set_command_timeout`, or with writes
            that wait for a flush of the library's own, several can end at once.

            The result is 1 if something was done, and 0 if *timeout* passed
            before.  A signal does not interrupt the wait, unless
            `set_interrupt_callback` was called.""",
        args=(Int("timeout", "how long to wait, in milliseconds; -1 waits for ever"),),
        modifies_fd=True,
        errors=POLL_ERRORS,
        example="examples/threads.c",
        see_also=("poll2", "aio_get_fd", "aio_get_direction"),
        section=SECTION,
    ),
    Call(
        "poll2",
        since="1.16",
        returns=Ret.INT,
        summary="wait for the socket or for another file descriptor",
        text="""
            This waits like `poll`, but also returns, with 1, when *fd* becomes
            readable.  Another thread can thus wake the waiting one through a
            pipe or an eventfd.  The library does not read from *fd*.""",
        args=(
            Fd("fd", "file descriptor to watch as well; ignored if negative"),
            Int("timeout", "how long to wait, in milliseconds; -1 waits for ever"),
        ),
        modifies_fd=True,
        errors=POLL_ERRORS,
        see_also=("poll",),
        section=SECTION,
    ),
    Call(
        "aio_get_fd",
        since="1.0",
        returns=Ret.FD,
        summary="get the file descriptor to poll",
        text="""
            A main loop of your own watches this file descriptor for the events
            of `aio_get_direction`, and reports them with `aio_notify_read`
            and `aio_notify_write`.  Do nothing else with it: it belongs to the
            library, which reads, writes and closes it.

            It changes only while a TCP connection tries the next address of a
            host.  The number is another one then: a program that uses epoll, and
            asks for it after each call, sees that it must watch it.  With TLS it
            is the socket below.

            With `set_reconnect_timeout`, `set_connect_timeout`,
            `set_command_timeout`, `set_stall_timeout` or `set_connections` it is
            another kind of descriptor.  It becomes readable when the handle has
            something to do, also because of a deadline.  It stays the same from
            the first call of this function until the handle is closed, while
            connections come and go.  Then wait only for reading.""",
        errors={"EINVAL": "there is no socket: before connecting, or after the end"},
        example="examples/fetch-with-poll.c",
        see_also=(
            "aio_get_direction",
            "aio_notify_read",
            "aio_notify_write",
            "aio_is_drained",
            "poll",
        ),
        section=SECTION,
    ),
    Call(
        "aio_get_direction",
        since="1.0",
        returns=Ret.UINT,
        summary="tell which events the library waits for",
        text="""
            The result is one of these:

            - 0 :: no event, as there is nothing to do
            - LIBNBD_AIO_DIRECTION_READ :: the socket becoming readable
            - LIBNBD_AIO_DIRECTION_WRITE :: the socket becoming writable
            - LIBNBD_AIO_DIRECTION_BOTH :: whichever of the two comes first

            Call this again after each call that may have changed it: issuing
            commands, reporting events, and callbacks that do so.  If both events
            have come, report only that the socket is readable, because that may
            change what the library waits for.  An event that was returned once
            may be reported even if the library no longer waits for it.""",
        may_set_error=False,
        locked=False,
        example="examples/fetch-with-poll.c",
        see_also=("aio_get_fd", "aio_notify_read", "aio_notify_write"),
        section=SECTION,
    ),
    Call(
        "aio_notify_read",
        since="1.0",
        returns=Ret.ERR,
        summary="report that the socket is readable",
        text="""
            The library reads what has arrived, acts on it and calls callbacks. It
            also sends what is to be sent, as far as the socket allows without
            waiting.  If nothing has arrived, nothing happens.  It may stop before
            it has read everything, see `aio_is_drained`.

            An orderly end of the connection is success; afterwards
            `aio_is_closed` is true.  A hang-up of the socket is reported as
            readable.""",
        modifies_fd=True,
        errors=FATAL,
        example="examples/fetch-with-poll.c",
        see_also=("aio_notify_write", "aio_get_direction", "aio_get_fd"),
        section=SECTION,
    ),
    Call(
        "aio_notify_write",
        since="1.0",
        returns=Ret.ERR,
        summary="report that the socket is writable",
        text="""
            The library goes on with what it was doing: connecting, sending
            requests, or taking replies that have already been received, as far
            as the socket allows without waiting.

            A handle that stays connected never waits for this event (see
            libnbd-reconnect(3)).  For such a handle the call sends commands that
            the library holds back in order to send several together.  A program
            that issues many commands between two waits can make this call once
            after them, and must then do so each time: after the first call the
            handle relies on it, holds more commands back, and does not make its
            descriptor readable because of them.""",
        modifies_fd=True,
        errors=FATAL,
        example="examples/fetch-with-poll.c",
        see_also=("aio_notify_read", "aio_get_direction", "aio_get_fd"),
        section=SECTION,
    ),
    _is(
        "aio_is_created",
        "1.0",
        "tell whether the handle was not connected yet",
        """
            The result is true for a new handle, before its first connecting call.
            It is true again if no address of a TCP connection answered: then
            another attempt can be made.""",
        ("create", "aio_is_connecting"),
    ),
    _is(
        "aio_is_connecting",
        "1.0",
        "tell whether the handle is connecting or shaking hands",
        """
            The result is true from a connecting call on, until the handle is
            ready or Negotiating, and also while an option waits for its answer.
            Drive the connection meanwhile.""",
        ("aio_is_ready", "aio_is_negotiating"),
        "examples/fetch-with-poll.c",
    ),
    _is(
        "aio_is_negotiating",
        "1.4",
        "tell whether the handle waits for options",
        """
            The result is true in option mode while no option waits for its
            answer. Then the program must issue the next one: nothing happens
            without it.""",
        ("set_opt_mode", "opt_go", "opt_abort"),
        "examples/list-exports.c",
    ),
    _is(
        "aio_is_ready",
        "1.0",
        "tell whether the handle is connected and idle",
        """
            The result is true if commands can be issued and no message is partly
            sent or partly received.  Commands may be in flight all the same; ask
            `aio_in_flight`.  Commands can also be issued while
            `aio_is_processing` is true, so a handle is connected if one of the
            two is.""",
        ("aio_is_processing", "aio_in_flight"),
    ),
    _is(
        "aio_is_processing",
        "1.0",
        "tell whether the handle is in the middle of a message",
        """
            The result is true if the handle is connected, and a request is partly
            sent or a reply partly received.  Commands can be issued as well.""",
        ("aio_is_ready",),
    ),
    _is(
        "aio_is_closed",
        "1.0",
        "tell whether the connection ended in order",
        """
            The result is true after the server closed the connection at a time
            when it was permitted to, as after `shutdown`, `aio_disconnect` and
            `opt_abort`.  Results of commands can still be collected.""",
        ("aio_is_dead", "close"),
        "examples/fetch-with-poll.c",
    ),
    _is(
        "aio_is_dead",
        "1.0",
        "tell whether the connection failed",
        """
            The result is true after an error that ended the connection.  All
            commands that were in flight have failed; their results can still be
            collected.  After that, the handle can only be closed with
            `close`.""",
        ("aio_is_closed", "close"),
    ),
    Call(
        "aio_command_completed",
        since="1.0",
        returns=Ret.BOOL,
        summary="collect the result of a command",
        text="""
            If the command has finished, this retires it: the result is
            {c: 1 | else: true} if it succeeded, and
            {c: -1 with the error of the command if it failed.
            | else: if it failed this call fails with its error.}
            The result is {c: 0 | else: false} if it has not finished, or if there
            is no such command (any more).

            Commands whose completion callback returned 1 are retired by that.
            All others must be retired with this call, or they take memory until
            `close`.""",
        args=(UInt64("cookie", "what the call that issued the command returned"),),
        errors={
            "EINVAL": "*cookie* is below 1",
            "ENOTCONN": "the command failed as the connection ended",
            "EIO": "the command failed in this way; whatever the server can answer"
            " is possible, as for the blocking form of the command",
            "EPROTO": "the command failed as its reply breaks the rules",
        },
        example="examples/threads.c",
        see_also=("aio_peek_command_completed", "aio_in_flight", "aio_pread"),
        section=SECTION,
    ),
    Call(
        "aio_peek_command_completed",
        since="1.0",
        returns=Ret.INT64,
        summary="find a command that has finished",
        text="""
            Of the commands that have finished and were not retired, this returns
            the cookie of the one that finished first.  It does not retire the
            command: `aio_command_completed` does.

            The result is 0 if commands are in flight but none has finished.
            {c: It is -1 | else: The call fails} if there are no commands at all.""",
        errors={"EINVAL": "no command is in flight or waits to be retired"},
        example="examples/threads.c",
        see_also=("aio_command_completed", "aio_in_flight"),
        section=SECTION,
    ),
    Call(
        "aio_in_flight",
        since="1.0",
        returns=Ret.INT,
        summary="count the commands that have not finished",
        text="""
            This counts the commands that were issued and not answered yet, whether
            they have been sent or not, a disconnect included.  Commands that have
            finished do not count, even if they were not retired.  On a Closed or
            Dead handle the result is 0.

            Use it to limit the number of commands: about 64 keep most servers
            busy.""",
        phases=CONNECTED | CLOSED | DEAD,
        example="examples/threads.c",
        see_also=("aio_command_completed", "aio_peek_command_completed"),
        section=SECTION,
    ),
)
