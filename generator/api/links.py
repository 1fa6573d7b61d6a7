# SPDX-License-Identifier: MIT
"""What becomes of connections: events, counters, and giving up a command."""

from __future__ import annotations

from nbdgen.calls.model import Call, Closure, Record, Ret, UInt64

from .constants import EVENT, INTERRUPT
from .staying import SECTION, SINCE


def _count(name: str, summary: str, text: str, also: tuple[str, ...]) -> Call:
    """A number for who watches the handle."""
    return Call(
        f"stats_{name}",
        since=SINCE,
        returns=Ret.UINT64,
        summary=summary,
        text=text,
        may_set_error=False,
        see_also=also,
        section=SECTION,
    )


RECORDS: tuple[Record, ...] = (
    Call(
        "set_event_callback",
        since=SINCE,
        returns=Ret.ERR,
        summary="be told what happens to the connection",
        text="""
            From now on *event* is called when something happens to a connection
            of the handle.  An earlier callback is
            {c: freed | rust: dropped | else: forgotten}.
            This suits log files and displays; no program needs it to work
            correctly.

            The first argument says what happened, *message* says it in English,
            and *value* is a number:

            - LIBNBD_EVENT_CONNECTED :: the first connection stands; 0
            - LIBNBD_EVENT_LOST :: a connection was lost, and *message* says why; 0
            - LIBNBD_EVENT_ATTEMPT_FAILED :: an attempt to connect failed, and
              *message* says why; the milliseconds until the next attempt
            - LIBNBD_EVENT_BACK :: the outage is over, and *message* says what was
              repeated; the milliseconds that it lasted
            - LIBNBD_EVENT_GROWN :: the export that came back is larger; its new
              size in bytes, or 2^63-1 if it is larger than that
            - LIBNBD_EVENT_GIVEN_UP :: there will be no other attempt, the handle
              is Dead and *message* says why; 0

            Later versions may have more of them, so ignore what you do not know.
            {c, rust: The string is valid until the callback returns; what it returns is
            ignored. | else: What the callback returns is ignored.}
            It runs with the lock of the handle held, in whichever call notices the
            event, so it must not call a function that takes that lock.
            It may take long.  The handle does nothing meanwhile, but what the
            server sends in that time is read afterwards, and does not count as
            silence.  The time of the outage and the deadlines of commands go on.
            A call that waits can be ended by the callback that
            `set_interrupt_callback` sets, which is called afterwards.

            The callback can be set before or after connecting.  On a handle that
            does not connect again, LIBNBD_EVENT_CONNECTED and LIBNBD_EVENT_LOST
            are the only events.  That such a handle has ended is shown by calls
            that fail, and by `aio_is_dead` and `aio_is_closed`.""",
        args=(Closure(EVENT, "what is told"),),
        example="examples/survive-restarts.c",
        see_also=("clear_event_callback", "set_reconnect_timeout", "get_outage"),
        section=SECTION,
    ),
    Call(
        "clear_event_callback",
        since=SINCE,
        returns=Ret.ERR,
        summary="stop reporting what happens to the connection",
        text="""
            The callback that `set_event_callback` stored is
            {c: freed | rust: dropped | else: forgotten}.  Without a
            callback nothing happens.""",
        see_also=("set_event_callback",),
        section=SECTION,
    ),
    Call(
        "set_interrupt_callback",
        since=SINCE,
        returns=Ret.ERR,
        summary="choose whether signals end calls that wait",
        text="""
            A call that waits for the server goes on waiting when a signal handler
            has run in its thread.  With this callback the program decides: *interrupt*
            is called then, and if it returns anything but 0 the call fails with
            EINTR.  It is asked, too, when the event callback was called in that thread,
            see `set_event_callback`, and now and then while a server sends so much that
            the call does not get to sleep.  An earlier callback is
            {c: freed | rust: dropped | else: forgotten}.  It suits programs
            that have to end in good order{c: , and interpreters: the Python module sets
            one for each handle, so that Ctrl-C raises KeyboardInterrupt}.
            {python: This module sets one for each handle, so that Ctrl-C raises
            KeyboardInterrupt; to set another one, or to clear it, ends that.}

            A command that ends in this way is treated as by `aio_cancel`: its
            buffer belongs to the program again, the connection stays, and a write
            that was in flight may still be carried out.  A call that was
            connecting, or waited for the answer to an option, ends the
            connection, and the handle is Dead.  `poll` only returns.

            *interrupt* runs with the lock of the handle held, so it must not call
            a function that takes that lock.  A thread that sleeps while another
            one drives the handle does not notice signals.  There the callback is
            called five times a second, so it should read a flag that the handler
            has set, and the flag should stay set until the program has dealt with
            it.  A signal that comes just before the call begins to wait is
            noticed with the next one.""",
        args=(Closure(INTERRUPT, "whether the call is to end"),),
        see_also=("clear_interrupt_callback", "cancel", "set_command_timeout"),
        section=SECTION,
    ),
    Call(
        "clear_interrupt_callback",
        since=SINCE,
        returns=Ret.ERR,
        summary="do not let signals end calls any more",
        text="""
            The callback that `set_interrupt_callback` stored is
            {c: freed | rust: dropped | else: forgotten}.  Without a
            callback calls go on waiting when a signal comes.""",
        see_also=("set_interrupt_callback",),
        section=SECTION,
    ),
    Call(
        "cancel",
        since=SINCE,
        returns=Ret.BOOL,
        summary="end the commands that other threads wait for",
        text="""
            In each thread that waits in a blocking command on this handle, such
            as `pread`, the command fails with ECANCELED, and its buffer belongs
            to the program again.  The result is true if there was one.  Commands
            that were issued by asynchronous calls go on; to end one of them use
            `aio_cancel`, whose page also says what a server may still do.

            The connection stays and can be used.  A command of which something
            was sent goes on if there is no memory for what remains of it.  Call
            this from another thread than the waiting one, but not from a signal
            handler.""",
        see_also=("aio_cancel", "set_command_timeout"),
        section=SECTION,
    ),
    Call(
        "aio_cancel",
        since=SINCE,
        returns=Ret.BOOL,
        summary="end a command before it has finished",
        text="""
            The command completes at once, with ECANCELED: its completion callback
            is called, and its buffer belongs to the program again.  Unless the
            callback returned 1 it is then retired by `aio_command_completed`, as
            usual.  The result is true.  It is false if the command had completed
            already, if there is no such command, or if something of it was sent
            and there is no memory for what remains of it.

            The protocol has no message for this, so the server may still carry
            out the request, unless nothing of it was sent.  Its reply is
            discarded.  A write that was cancelled may thus change the export
            later; so other writes, trims and zeroing of the same range wait until
            it has been carried out, or cannot be any more: see
            `set_quarantine`.""",
        args=(UInt64("cookie", "what the call that issued the command returned"),),
        see_also=("cancel", "aio_command_completed", "set_command_timeout"),
        section=SECTION,
    ),
    Call(
        "get_outage",
        since=SINCE,
        returns=Ret.INT64,
        summary="tell how long there has been no connection",
        text="""
            The result is the number of milliseconds since the present outage
            began.  It is 0 if there is no outage: there is a connection, none was
            ever made, or the library has given up.""",
        may_set_error=False,
        see_also=("set_reconnect_timeout", "set_event_callback", "stats_reconnects"),
        section=SECTION,
    ),
    _count(
        "reconnects",
        "count the connections that were made again",
        """
            This counts how often a lost connection was replaced by another one.
            The number is 0 at first and never decreases.""",
        ("stats_replayed", "get_outage", "set_event_callback"),
    ),
    _count(
        "replayed",
        "count the requests that were sent again",
        """
            This counts the requests that were sent once more after an outage:
            commands without an answer, and writes that were answered but not
            flushed.  The number is 0 at first and never goes back.""",
        ("stats_reconnects", "set_unflushed_policy"),
    ),
    _count(
        "journal_bytes",
        "tell how much is kept to be written again",
        """
            This is the memory that the copies of unflushed writes take now, in
            bytes.  It returns to 0 when everything is flushed, and is always 0
            without `set_reconnect_timeout`.""",
        ("set_journal_size", "set_unflushed_policy", "flush"),
    ),
    _count(
        "ghosts",
        "count the lost requests that may still have effect",
        """
            This counts the requests that the server may still carry out although
            the program no longer waits for them: writes, trims and zeroing that
            were in flight when the connection was lost, or that were cancelled or
            timed out. New requests for the same ranges are held back until
            then.""",
        ("set_quarantine", "aio_cancel"),
    ),
    Call(
        "aio_is_drained",
        since=SINCE,
        returns=Ret.BOOL,
        summary="tell whether everything that had arrived was read",
        text="""
            Main loops that report a descriptor as readable only once (with edges,
            as tokio does and epoll(7) can) must know whether
            `aio_notify_read` read all that was there, or whether it must be called
            again before the loop waits.  The result is true if there was no more
            to read.  Loops that report it as long as it is readable, such as poll,
            need not ask.""",
        may_set_error=False,
        see_also=("aio_notify_read", "aio_get_fd"),
        section=SECTION,
    ),
)
