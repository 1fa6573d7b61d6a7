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

            When the time is over, or when the new connection offers less than was
            promised before (a smaller export, for instance, or one that is now
            read-only), the handle is Dead: each command fails once, and the
            message says when and why the connection was lost and how the last
            attempt failed.  A server that breaks the rules of the protocol, or
            whose certificate is wrong, is not tried again.

            It works for servers that are reached by `connect_tcp`,
            `connect_unix`, `connect_vsock`, `aio_connect` and `connect_uri`. A
            server that `connect_command` or `connect_systemd_socket_activation`
            started is started again with the same arguments.  A socket that the
            program gave to `connect_socket` cannot be connected again: if it is
            lost, the handle is Dead, and the message says so. The setting has no
            effect before the first connection is made; for that, see
            `set_connect_timeout`.  A forked child never connects again.

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
            Without this setting a connecting call makes one attempt, which lasts
            as long as the system and the server take.  With it, the call waits
            for a server that is not there yet: it tries again if the socket does
            not exist, the name of the host is not known or cannot be looked up
            yet, the port is refused, the host is not reached, or the server does
            not know the export or is shutting down.  So a script can start a
            server and its client at the same time, or run while the machine
            boots.

            The time counts from the connecting call until the handle is ready,
            handshake included, or in option mode until it is Negotiating.  When
            it is over, the call fails with the error of the last attempt, or with
            ETIMEDOUT if that has not ended.  Errors that waiting cannot mend,
            such as a wrong certificate, end it at once.""",
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
            fails with ETIMEDOUT.  Time that it waited during an outage counts.
            The connection and other commands go on, and the buffer of the command
            belongs to the program again.

            The server may still carry out the request.  Until it has done so, or
            cannot do so any more, later writes, trims and zeroing of the same
            range wait, so that the old request cannot undo them; see
            `set_quarantine`.

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
            After a disconnect it limits the time until the server closes the
            connection.

            -1 means the same as 0: silence has no effect.""",
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
            When nothing was sent or received on a TCP connection for this time,
            the system sends a probe to the other machine, and a few more if there
            is no answer.  The interval and the number of probes, and how long
            sent data may go unacknowledged, follow from the time, so that a
            connection without a peer is found lost in about twice the time.

            It also prevents firewalls and address translation from forgetting an
            idle connection.  The system counts in seconds: a time is rounded up.
            Other transports than TCP ignore the setting, and so does a socket
            that the program made.

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
            the server is then killed, the data is lost, although the program was
            told that the write succeeded; only a flush, or LIBNBD_CMD_FLAG_FUA,
            makes data durable.  This says what the library does about writes,
            trims and zeroing that were answered and are not durable when the
            connection is lost:

            - LIBNBD_UNFLUSHED_JOURNAL :: a copy of them is kept, and they are
              sent again before anything else; nothing is lost, but this needs
              memory (see `set_journal_size`) and time to copy what is written
            - LIBNBD_UNFLUSHED_STRICT :: nothing is kept; the next flush after such
              an outage fails with EIO, and the message names the first range, so
              that the program can write it again
            - LIBNBD_UNFLUSHED_TRUST :: nothing is kept and nothing is reported:
              the program knows that the server loses nothing that it has
              answered, or does not mind

            A server that does not offer flush cannot make writes more durable
            than its answer does, so answered writes count as durable.  The policy
            matters only with `set_reconnect_timeout`.""",
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
            it is flushed.  The library sends flushes of its own: now and then if
            the server flushes quickly, otherwise when the copies take half of
            this size.  At the whole size, a write completes only when such a
            flush has succeeded.  So a program that never flushes gets slower, but
            does not need more memory.

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
            If a part of a write was sent when the connection was lost, or if a
            write was cancelled or timed out, the server may carry it out later,
            even after another connection was made.  A write that was lost is sent
            again at once with the same data, which does no harm.  But it could
            undo a new write, trim or zeroing of the same range.  So these wait
            until the old request can have no more effect: its answer came, or the
            server's process is known to have ended, or this time has passed since
            the connection was lost.

            It can be 0 if the server serves a connection only when all requests
            of the one before have ended.  Most servers do not wait for that:
            qemu-nbd and nbdkit finish requests that they have begun while they
            serve the next connection.  With -1 only an answer or the end of the
            process counts.  Commands for other ranges never wait.""",
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
            in the background when the first is busy.  Each command goes to the
            connection with the shortest queue; while all are busy, up to 16 small
            commands in a row go to the same one.  This helps with servers that
            work through a connection in order, with encryption, which can then
            use several processors, and with networks that have a high latency.

            This is done only if the server says that all its connections see the
            same data (see `can_multi_conn`).  Otherwise, or if no more can be
            opened, there is one connection.  A flush covers all of them.  If one
            is lost, its commands go to another at once.  Commands that overlap,
            and are in flight at the same time, have no order, as on one
            connection.

            It works if the library can connect again by itself, so not with
            `connect_socket` and `connect_command`.""",
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
            This makes the settings of the calls above in the form of URI
            parameters, several of them separated by ``&``, as in
            LIBNBD_URI_OPTIONS:

                {c, rust: nbd_set_uri_options (h, "reconnect-timeout=2m&connections=4");
                | else: reconnect-timeout=2m&connections=4}

            So a program can pass on what its user has written, on a command line
            or in a configuration file, and need not know the parameters, nor the
            syntax of times and sizes.  `connect_uri` lists them; others are
            refused, and so is one that is given twice in *options*.  If there is
            a mistake, no setting is changed.

            These count as settings of the program: they have effect in whatever
            way the handle is connected afterwards; LIBNBD_URI_OPTIONS does not
            change them, and a URI that has the parameter does.""",
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
