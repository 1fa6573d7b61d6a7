# SPDX-License-Identifier: MIT
"""How long the library tries, and what it keeps to lose nothing meanwhile."""

from __future__ import annotations

from nbdgen.calls.model import (
    CREATED,
    Call,
    EnumArg,
    Milliseconds,
    Record,
    Ret,
    Setting,
    String,
    UInt32,
    UInt64,
)

from .constants import UNFLUSHED

SECTION = "Staying connected"
SINCE = "causeway 0.2"


RECORDS: tuple[Record, ...] = (
    Setting(
        "reconnect_timeout",
        since=SINCE,
        value=Milliseconds("timeout", "how long an outage may last"),
        initial=0,
        parameter="reconnect-timeout",
        set_summary="choose how long to try to get a lost connection back",
        text="""
            When the connection is lost, the library connects again, makes sure
            that it found the same export, and repeats what the server may not
            have kept: commands that were not answered, and writes that were
            answered but not flushed.  Until then commands wait, and new ones can
            be issued.  No command fails because of an outage that ends in time.

            An outage lasts until a command has completed on a new connection,
            and this is the time that it may take altogether, not that of one
            attempt.  The first attempt is made at once; the pauses between
            later ones grow from 100 ms to 5 seconds, and are never longer than
            an eighth of this time.

            When the time is over, or what came back is less than what was
            promised before (a smaller export, for instance, or one that is now
            read-only), the handle is Dead: each command fails once, and the
            message says when and why the connection was lost and what the last
            attempt met.  A server that breaks the rules of the protocol, or
            whose certificate is wrong, is not tried again.

            It works for servers that are reached by `connect_tcp`,
            `connect_unix`, `connect_vsock`, `aio_connect` and `connect_uri`.
            A server that `connect_command` or
            `connect_systemd_socket_activation` started is started again with the
            same arguments.  A socket that the program gave to `connect_socket`
            cannot be had again, so its loss is the end, and the message says so.
            The setting has no effect before the first connection is made; for
            that, see `set_connect_timeout`.  A forked child never connects again.

            `aio_get_fd` returns a descriptor that stays the same until the handle
            is closed.  libnbd-reconnect(3) has the details.""",
        phases=CREATED,
        get_summary="tell how long the library tries to get a connection back",
        get_may_set_error=False,
        example="examples/survive-restarts.c",
        see_also=(
            "set_connect_timeout",
            "set_unflushed_policy",
            "set_stall_timeout",
            "set_event_callback",
            "set_interrupt_callback",
            "get_outage",
            "aio_get_fd",
        ),
        section=SECTION,
    ),
    Setting(
        "connect_timeout",
        since=SINCE,
        value=Milliseconds("timeout", "how long the first connection may take"),
        initial=0,
        parameter="connect-timeout",
        set_summary="choose how long the first connection may take",
        text="""
            Without it a connecting call makes one attempt, which lasts as long as
            the system and the server take.  With it, the call waits for a server
            that is not there yet: it tries again if the socket does not exist,
            the name of the host is not known or cannot be looked up yet, the port
            is refused, the host is not reached, or the server does not know the
            export or is shutting down.  So a script can start a server and its
            client at the same time, or run while the machine boots.

            The time counts from the connecting call until the handle is ready,
            handshake included, or in option mode until it is Negotiating.  When
            it is over the call fails with what the last attempt met, or with
            ETIMEDOUT if that has not ended.  What cannot get better by waiting, such
            as a wrong certificate, ends it at once.""",
        phases=CREATED,
        get_summary="tell how long the first connection may take",
        get_may_set_error=False,
        example="examples/survive-restarts.c",
        see_also=("set_reconnect_timeout", "connect_uri", "aio_is_connecting"),
        section=SECTION,
    ),
    Setting(
        "command_timeout",
        since=SINCE,
        value=Milliseconds("timeout", "how long each command may take"),
        initial=0,
        parameter="command-timeout",
        set_summary="choose how long each command may take",
        text="""
            A command that has not completed within this time after it was issued
            fails with ETIMEDOUT.  Time that it waited during an outage
            counts.  The connection and other commands go on, and its buffer is
            the program's again.

            The server may carry out a request all the same.  Until this is known
            or ruled out, later writes, trims and zeroing of the same range wait,
            so that the old one cannot undo them; see `set_quarantine`.

            -1 means the same as 0: there is no deadline.""",
        phases=CREATED,
        get_summary="tell how long each command may take",
        get_may_set_error=False,
        see_also=("set_stall_timeout", "set_reconnect_timeout", "aio_cancel"),
        section=SECTION,
    ),
    Setting(
        "stall_timeout",
        since=SINCE,
        value=Milliseconds("timeout", "how long a connection may be silent"),
        initial=0,
        parameter="stall-timeout",
        set_summary="choose how long a busy connection may be silent",
        text="""
            If commands are in flight and no byte is sent or received for this
            time, the library considers the connection lost.  With
            `set_reconnect_timeout` another one is made; without it the handle is
            Dead, and the error is ETIMEDOUT.

            It finds a server that hangs, or a network that drops everything,
            which the system itself notices only after many minutes.  Choose a time
            that is longer than the slowest request takes: flushing a large cache
            or trimming a whole disk may be silent for a while.  While nothing is
            in flight it does not run; for idle connections see `set_keepalive`.

            -1 means the same as 0: silence does not matter.""",
        phases=CREATED,
        get_summary="tell how long a busy connection may be silent",
        get_may_set_error=False,
        see_also=("set_keepalive", "set_command_timeout", "set_reconnect_timeout"),
        section=SECTION,
    ),
    Setting(
        "keepalive",
        since=SINCE,
        value=Milliseconds("idle", "how long a TCP connection may be idle"),
        initial=0,
        parameter="keepalive",
        set_summary="choose when an idle TCP connection is probed",
        text="""
            When a TCP connection has carried nothing for this time, the system
            asks whether the other machine still has it, and again a few times if
            there is no answer.  The interval and the number of probes, and how
            long sent data may go unacknowledged, follow from the time, so that a
            connection without a peer is found lost in about twice the time.

            It also keeps firewalls and address translation from forgetting an idle
            connection.  The system counts in seconds: a time is rounded up.  Other
            transports than TCP ignore it, and so does a socket that the program
            made.

            -1 means the same as 0: the system's own settings stay.""",
        phases=CREATED,
        get_summary="tell when an idle TCP connection is probed",
        get_may_set_error=False,
        see_also=("set_stall_timeout", "set_reconnect_timeout"),
        section=SECTION,
    ),
    Setting(
        "unflushed_policy",
        since=SINCE,
        value=EnumArg("policy", UNFLUSHED, "what is done about such writes"),
        initial="JOURNAL",
        parameter="unflushed",
        set_summary="choose what an outage means for writes that were not flushed",
        text="""
            A server may answer a write while the data is only in its memory.  If
            it is then killed, the data is gone, although the program was told of
            success; only a flush, or LIBNBD_CMD_FLAG_FUA, makes sure.  This says
            what the library does about writes, trims and zeroing that were
            answered and not made sure when the connection is lost:

            - LIBNBD_UNFLUSHED_JOURNAL :: a copy of them is kept, and they are
              written again before anything else; nothing is lost, at the price of
              memory (see `set_journal_size`) and of copying what is written
            - LIBNBD_UNFLUSHED_STRICT :: nothing is kept; the next flush after such
              an outage fails with EIO, and the message names the first range, so
              that the program can write it again
            - LIBNBD_UNFLUSHED_TRUST :: nothing is kept and nothing is reported:
              the program knows that the server loses nothing that it has
              answered, or does not mind

            A server that does not offer flush promises no more than its answer,
            so its writes count as made sure at once.  The policy matters only
            with `set_reconnect_timeout`.""",
        phases=CREATED,
        get_summary="tell what an outage means for writes that were not flushed",
        get_may_set_error=False,
        spec="Ordering of messages and writes",
        see_also=(
            "set_journal_size",
            "set_reconnect_timeout",
            "flush",
            "stats_journal_bytes",
        ),
        section=SECTION,
    ),
    Setting(
        "journal_size",
        since=SINCE,
        value=UInt64("size", "how much memory, in bytes"),
        initial=64 << 20,
        limits=(64 << 10, 1 << 40),
        default="67108864, 64 MiB",
        parameter="journal-size",
        set_summary="choose how much memory the copies of unflushed writes may take",
        text="""
            With LIBNBD_UNFLUSHED_JOURNAL the library keeps what was written until
            it is flushed.  The library flushes by itself: now and then if the
            server does that quickly, else when the copies have grown to half of this
            size; and at the whole size a write completes only when that flush
            has succeeded.  So a program that never flushes gets
            slower, but not larger.

            The memory is taken as it is needed.  A size below 64 KiB or above
            1 TiB is refused.""",
        phases=CREATED,
        get_summary="tell how much memory the copies of unflushed writes may take",
        get_may_set_error=False,
        see_also=("set_unflushed_policy", "stats_journal_bytes", "flush"),
        section=SECTION,
    ),
    Setting(
        "quarantine",
        since=SINCE,
        value=Milliseconds("timeout", "how long a lost request may still have effect"),
        initial=30000,
        parameter="quarantine",
        set_summary="choose how long a lost request is thought to have effect",
        text="""
            A write of which a part was sent when the connection was lost, or that
            was cancelled or timed out, may be carried out by the server later,
            even after another connection was made.  It is repeated at once, with
            the same data, which does no harm.  A new write, trim or zeroing of
            the same range could be undone by it, and therefore waits until the old
            one can have no more effect: its answer came, or the server's process
            is known to have ended, or this time has passed since the connection
            was lost.

            It can be 0 if the server begins with a connection only when all requests
            of the one before have ended.  Most do not: qemu-nbd and nbdkit finish
            what they are in the middle of while they serve the next connection.
            With -1 only an answer or the end of the process counts.  Commands for
            other ranges never wait.""",
        phases=CREATED,
        get_summary="tell how long a lost request is thought to have effect",
        get_may_set_error=False,
        see_also=(
            "set_reconnect_timeout",
            "set_command_timeout",
            "aio_cancel",
            "stats_ghosts",
        ),
        section=SECTION,
    ),
    Setting(
        "connections",
        since=SINCE,
        value=UInt32("connections", "how many connections"),
        initial=1,
        limits=(1, 16),
        parameter="connections",
        set_summary="choose how many connections the handle may use",
        text="""
            With more than one, further connections to the same export are opened
            when the first is busy, in the background, and each command goes to the
            one with the shortest queue; while all have something to do up to 16
            small ones in a row go together.  This helps with servers that work
            through a connection in order, with encryption that takes a processor of
            its own, and where the network is far.

            It is done only if the server says that all its connections see the
            same data (see `can_multi_conn`); else there is one connection, as
            there is when more cannot be opened.  A flush covers all of them.  If
            one is lost, its commands go to another at once.
            Commands that overlap, and are in flight at the same time, have no
            order, as on one connection.

            It works where the library can connect again by itself, so
            not with `connect_socket` and `connect_command`.""",
        phases=CREATED,
        get_summary="tell how many connections the handle may use",
        get_may_set_error=False,
        see_also=("can_multi_conn", "set_reconnect_timeout", "aio_in_flight"),
        section=SECTION,
    ),
    Call(
        "set_uri_options",
        since=SINCE,
        returns=Ret.ERR,
        summary="choose how to stay connected in the form that a URI has",
        text="""
            This makes the choices of the calls above by their parameters of a URI,
            several of them with ``&`` between, as in LIBNBD_URI_OPTIONS:

                {c, rust: nbd_set_uri_options (h, "reconnect-timeout=2m&connections=4");
                | else: reconnect-timeout=2m&connections=4}

            So a program can hand on what its user has written, on a command line or
            in a configuration, and need not know the parameters, nor how times
            and sizes are written.  `connect_uri` lists them; others are refused,
            and so is one that is given twice in *options*.  Nothing is chosen if
            there is a mistake.

            It counts as the program's choice: it has effect however the handle
            is connected afterwards, LIBNBD_URI_OPTIONS does not change it, and a
            URI that has the parameter does.""",
        args=(String("options", "parameters of a URI, without question mark"),),
        phases=CREATED,
        errors={
            "EINVAL": "*options* has an unknown parameter, or one twice, or a value"
            " that cannot be understood or is out of range",
        },
        see_also=("connect_uri", "set_reconnect_timeout", "set_connections"),
        section=SECTION,
    ),
)
