# SPDX-License-Identifier: MIT
"""Servers named by a URI, and what a URI may ask for."""

from __future__ import annotations

from nbdgen.calls.model import (
    CREATED,
    Bool,
    Call,
    Connect,
    EnumArg,
    FlagsArg,
    Record,
    Ret,
    Setting,
    String,
)

from .constants import ALLOW_TRANSPORT, TLS

SECTION = "URIs"

RECORDS: tuple[Record, ...] = (
    Connect(
        "uri",
        since="1.0",
        summary="connect to a server named by a URI",
        text="""
            An NBD URI names a server, an export, and whether TLS is used:

                nbd://localhost/disk
                nbds://alice@example.com:10810/disk
                nbd+unix:///disk?socket=/run/nbd.sock
                nbd+vsock://2:10809/disk

            The schemes are ``nbd`` (TCP), ``nbd+unix``, ``nbd+vsock`` and
            ``nbd+ssh``, and the same with ``nbds`` where TLS is required.
            The port is 10809 if the URI has none, and the host localhost, or for
            ``nbd+vsock`` the machine 2, which is the host of a guest; the path,
            without its first slash, is the name of the export.

            What follows a question mark are parameters, separated by ``&``:

            - ``socket`` :: path of the Unix domain socket; ``nbd+unix`` needs it,
              and ignores host and port with a debug message; with ``nbd+ssh``
              it is a path on the other machine
            - ``tls-type`` :: ``psk`` or ``x509``: refuse to connect with another
              kind of credentials than this
            - ``tls-certificates`` :: as `set_tls_certificates`, if local files
              are allowed
            - ``tls-psk-file`` :: as `set_tls_psk_file`, if local files are allowed
            - ``tls-username`` :: as `set_tls_username`
            - ``tls-hostname`` :: as `set_tls_hostname`
            - ``tls-verify-peer`` :: as `set_tls_verify_peer`, true or false
            - ``tls-priority`` :: as `set_tls_priority`, if it is allowed
            - ``nbd-port`` :: only with ``nbd+ssh``: TCP port of the server on the
              other machine, 10809 if it is not given
            - ``compress`` :: only with ``nbd+ssh``: true makes ssh compress what
              it carries
            - ``reconnect-timeout``, ``connect-timeout``, ``command-timeout``,
              ``stall-timeout``, ``keepalive``, ``quarantine`` :: a time, as
              `set_reconnect_timeout` and the others of these names
            - ``unflushed`` :: ``journal``, ``strict`` or ``trust``, as
              `set_unflushed_policy`
            - ``journal-size`` :: a size, as `set_journal_size`
            - ``connections`` :: a number, as `set_connections`

            A time is a number of seconds, or a number followed by ``ms``, ``s``,
            ``m`` or ``h``, or ``none`` for no limit: ``30``, ``500ms``, ``2m``.
            A size is a number of bytes, or is followed by ``K``, ``M``, ``G`` or
            ``T``, of 1024, as in ``64M``.  These parameters, from
            ``reconnect-timeout`` on, can also stand in the environment variable
            LIBNBD_URI_OPTIONS, in the same form:

                LIBNBD_URI_OPTIONS='reconnect-timeout=2m&connections=4'

            It has effect on each handle that connects by this call or by
            `connect_unix`, `connect_tcp`, `connect_vsock` or `aio_connect`, for
            what neither the URI nor the program has chosen itself.  A mistake in
            it makes connecting fail, and set-uid programs ignore it.

            Upper and lower case make no difference in the names of parameters.
            Unknown ones are ignored, with a debug message; one that is given twice
            is an error.  Percent-encoding is undone once in each part.  Text
            that stands before an ``@`` is the user name for TLS, as
            ``tls-username``, which wins if both are given.

            ``nbd+ssh`` is an experiment: it runs ``ssh`` as a child process, and
            ``nc`` on the other machine, which connects to the server there.  A
            host is needed, the port is that of ssh, 22 if the URI has none, and
            text before an ``@`` is the login.

            A URI that comes from elsewhere can be restricted: see
            `set_uri_allow_transports`, `set_uri_allow_tls`,
            `set_uri_allow_local_file` and `set_uri_allow_tls_priority`.  What it
            asks for is applied to the handle as by the calls named above, and
            stays when the connection fails.""",
        args=(String("uri", "the URI of the server and its export"),),
        errors={
            "ENOENT": "there is no such socket",
            "ENOTSUP": "the library was built without support for URIs, or for TLS"
            " or AF_VSOCK if the URI asks for it",
            "EINVAL": "*uri* cannot be understood, or the scheme is unknown, or a"
            " parameter is missing, misplaced or wrong, be it in LIBNBD_URI_OPTIONS",
            "EPERM": "*uri* asks for something that the handle does not allow",
            "ENAMETOOLONG": "the export name is longer than 4096 bytes, or the path"
            " of the socket is too long",
            "ECONNREFUSED": "no server listens there",
        },
        example="examples/read-first-block.c",
        aio_example="examples/fetch-with-poll.c",
        see_also=("is_uri", "get_uri", "supports_uri", "set_uri_allow_transports"),
        section=SECTION,
    ),
    Setting(
        "uri_allow_transports",
        since="1.2",
        value=FlagsArg("mask", ALLOW_TRANSPORT, "the transports that are allowed"),
        initial="MASK",
        default="LIBNBD_ALLOW_TRANSPORT_MASK, which allows all of them",
        set_summary="choose which transports a URI may use",
        text="""
            `connect_uri` refuses a URI whose transport is not in this set, with
            EPERM.  Programs that accept URIs from elsewhere should allow what
            they expect: a Unix domain socket is a local service, and
            LIBNBD_ALLOW_TRANSPORT_SSH lets a URI start a process.""",
        phases=CREATED,
        see_also=("connect_uri", "set_uri_allow_tls"),
        section=SECTION,
    ),
    Setting(
        "uri_allow_tls",
        since="1.2",
        value=EnumArg("tls", TLS, "what a URI may or must ask for"),
        initial="ALLOW",
        set_summary="choose whether a URI may or must use TLS",
        text="""
            With LIBNBD_TLS_DISABLE, `connect_uri` refuses the schemes that
            require TLS (``nbds`` and its relatives) with EPERM; with
            LIBNBD_TLS_REQUIRE it refuses all others; LIBNBD_TLS_ALLOW lets the
            URI decide.""",
        phases=CREATED,
        spec="TLS support",
        see_also=("connect_uri", "set_tls"),
        section=SECTION,
    ),
    Setting(
        "uri_allow_tls_priority",
        since="1.24",
        value=Bool("allow", "true to allow the parameter, false to refuse it"),
        initial=False,
        set_summary="choose whether a URI may set the TLS priority",
        text="""
            A priority string can weaken TLS and make the TLS library read its
            local configuration.  `connect_uri` therefore refuses a URI with the
            parameter ``tls-priority``, with EPERM, unless this is true.""",
        phases=CREATED,
        see_also=("connect_uri", "set_tls_priority"),
        section=SECTION,
    ),
    Setting(
        "uri_allow_local_file",
        since="1.2",
        value=Bool("allow", "true to allow the parameters, false to refuse them"),
        initial=False,
        set_summary="choose whether a URI may name local files",
        text="""
            The parameters ``tls-certificates`` and ``tls-psk-file`` make the
            library read files of this machine.  `connect_uri` refuses a URI that
            has one of them, with EPERM, unless this is true.  The path of a Unix
            domain socket does not count as a local file; for that, see
            `set_uri_allow_transports`.""",
        phases=CREATED,
        see_also=("connect_uri", "set_tls_certificates", "set_tls_psk_file"),
        section=SECTION,
    ),
    Call(
        "get_uri",
        since="1.8",
        returns=Ret.STRING,
        summary="make a URI that leads to the same export",
        text="""
            This puts a URI together from what the handle was connected to, the
            export name, the TLS settings and what was chosen about staying
            connected, so that another handle can reach the same export in the
            same way.  It does its best, but some connections cannot be
            described: those over a socket that the program made, or to a child
            process that was started by `connect_command` or ssh.

            After `connect_systemd_socket_activation` the URI names the socket in
            the temporary directory, and is good while the handle lives.

            Parameters are left out where they would choose the default, or where
            only LIBNBD_URI_OPTIONS chose.  Other clients than this library and
            libnbd may refuse a URI with parameters that they do not know.

            The string can name local files, so think before showing it.
            {c: The caller must free it.}""",
        phases=~CREATED,
        errors={
            "ENOTSUP": "the library was built without support for URIs",
            "EINVAL": "a connection of this kind has no URI",
            "EPROTONOSUPPORT": "the server is at an abstract Unix domain socket",
            "EAFNOSUPPORT": "the address family of the socket has no URI",
        },
        see_also=("connect_uri", "is_uri"),
        section=SECTION,
    ),
    Call(
        "is_uri",
        since="1.22",
        returns=Ret.BOOL,
        summary="tell whether a string looks like an NBD URI",
        text="""
            The result is true if *uri* starts with a scheme that `connect_uri`
            knows, followed by ``://``; upper and lower case make no difference.
            Nothing else is checked, and `connect_uri` may still refuse it.  This
            lets a program take either a URI or a file name as an argument.

            It works even where `supports_uri` is false.""",
        args=(String("uri", "the string to look at"),),
        see_also=("connect_uri", "supports_uri"),
        section=SECTION,
    ),
)
