# SPDX-License-Identifier: MIT
"""Ways to reach a server, and the server that the library started itself."""

from __future__ import annotations

from nbdgen.calls.model import (
    CREATED,
    Call,
    Connect,
    Fd,
    Int,
    Path,
    Record,
    Ret,
    Setting,
    SockAddr,
    String,
    StringList,
    UInt32,
)

SECTION = "Connecting"

REFUSED = "no server listens there"
CHILD_ERRORS = {
    "ENOENT": "there is no such program",
    "EACCES": "the program cannot be executed",
    "EMFILE": "the process has no free file descriptors",
}

RECORDS: tuple[Record, ...] = (
    Connect(
        "unix",
        since="1.0",
        summary="connect to a server on a Unix domain socket",
        text="""
            The server listens on the socket *unixsocket*, a path in the file
            system of at most 108 bytes.  For a name in the abstract namespace
            use `aio_connect`.

            There is one attempt, unless `set_connect_timeout` allows more; if it fails
            the handle is Dead.""",
        args=(Path("unixsocket", "path of the server's socket"),),
        errors={
            "ENAMETOOLONG": "*unixsocket* does not fit into a socket address",
            "ENOENT": "there is no such socket",
            "ECONNREFUSED": REFUSED,
            "EACCES": "permission to use the socket is missing",
            "EAGAIN": "too many connections wait for the server to accept them",
        },
        see_also=("aio_connect", "connect_uri"),
        section=SECTION,
    ),
    Connect(
        "tcp",
        since="1.0",
        summary="connect to a server over TCP",
        text="""
            *hostname* is looked up, for IPv4 and IPv6, and each address that is
            found is tried in turn until one answers.  Nagle's algorithm is turned
            off for the connection.

            If the name is not found or no address answers, the handle is Created
            again and another attempt can be made, unless `set_connect_timeout`
            leaves that to the library.  The {c: errno | else: error number} is that
            of the first address, or 0 if the name was not found.

            If TLS is used, the server's certificate must belong to *hostname*
            unless `set_tls_hostname` names another.""",
        aio_text="""
            Looking up *hostname* can take time in this form, too, because the
            system's resolver is called within the call.  With
            `set_connect_timeout` a thread asks it again until the name is
            known.  Give a numeric address if the program must not wait for
            this.""",
        args=(
            String("hostname", "name or numeric address of the host"),
            String("port", 'port number, or the name of a service; usually "10809"'),
        ),
        errors={"ECONNREFUSED": REFUSED, "ETIMEDOUT": "the host does not answer"},
        see_also=("connect_uri", "set_tls_hostname"),
        section=SECTION,
    ),
    Connect(
        "vsock",
        since="1.2",
        summary="connect to a server over AF_VSOCK",
        text="""
            AF_VSOCK connects virtual machines with their host.  Use
            `supports_vsock` to ask whether the library can do it on this system.

            There is one attempt, unless `set_connect_timeout` allows more; if it fails
            the handle is Dead.""",
        args=(
            UInt32("cid", "context id of the machine; 1 is this one, 2 is the host"),
            UInt32("port", "port number; usually 10809"),
        ),
        errors={
            "ENOTSUP": "the library was built without AF_VSOCK",
            "ECONNREFUSED": REFUSED,
            "ENODEV": "the kernel has no AF_VSOCK transport to *cid*",
        },
        see_also=("supports_vsock", "connect_uri"),
        section=SECTION,
    ),
    Connect(
        "socket",
        since="1.2",
        summary="use a socket that is already connected",
        text="""
            *sock* is a connected stream socket that the program made itself, for
            instance one that it inherited.  The handshake starts on it.

            The library cannot make such a connection again:
            `set_reconnect_timeout` and `set_connections` do nothing for it.

            If the call succeeds the socket belongs to the library, which closes
            it in the end.  It is set to non-blocking and close-on-exec; its other
            options are not changed.  If the call fails because the handle is not
            Created, the socket still belongs to the caller; if setting it up
            fails, it is closed.""",
        args=(Fd("sock", "file descriptor of the socket"),),
        errors={
            "EBADF": "*sock* is not an open file descriptor",
            "ENOTSOCK": "*sock* is not a socket",
        },
        see_also=("aio_connect", "connect_command"),
        section=SECTION,
    ),
    Connect(
        "command",
        since="1.0",
        summary="run a server as a child process and connect to it",
        text="""
            The command starts as a child process whose standard input and output
            are one end of a socket pair; the library uses the other end.
            Standard error and the environment are inherited.  This suits servers
            that can serve a single connection in this way, such as ``nbdkit -s
            --exit-with-parent``.

            The program is looked up in PATH as execvp(3) does.  If it cannot be
            run, connecting fails with the reason; if it ends before it has
            spoken, the message tells its exit status or signal.

            The server must end when its connection ends: `close` waits for it
            without limit, but sends it no signal (see `kill_subprocess`).  The
            child ignores the signals that the program ignores, except for SIGPIPE
            and SIGTERM: these, and all others, have their default action.  It
            inherits no descriptor of the library.""",
        args=(
            StringList(
                "argv",
                "the command and its arguments{c: , ended by NULL; it is copied}",
                argv=True,
            ),
        ),
        errors=CHILD_ERRORS,
        see_also=(
            "connect_systemd_socket_activation",
            "kill_subprocess",
            "get_subprocess_pid",
        ),
        section=SECTION,
    ),
    Connect(
        "systemd_socket_activation",
        since="1.2",
        summary="run a server by socket activation and connect to it",
        text="""
            The command starts as a child process that gets a listening Unix
            domain socket in the same way as from systemd: the socket is file
            descriptor 3, and LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES are set in
            its environment.  Then the library connects to that socket.  This
            suits ``qemu-nbd`` and ``nbdkit``.

            The socket is in a new private directory below /tmp, and can be used
            for further connections to the same server while the handle exists;
            `get_uri` returns its address.  `set_socket_activation_name` sets the
            name of the socket that the server sees.

            The program is looked up in PATH as execvp(3) does.  If it cannot be
            run, connecting fails with the reason; if it ends before it has
            spoken, the message tells its exit status or signal.  On
            `close` the child is sent SIGTERM and waited for, and the socket and
            its directory are removed.  It is waited for as long as it lives, because
            a server may have much to write before it can end; one that ignores
            SIGTERM is ended by `kill_subprocess` with SIGKILL before the handle is
            closed.""",
        args=(
            StringList(
                "argv",
                "the command and its arguments{c: , ended by NULL; it is copied}",
                argv=True,
            ),
        ),
        errors={
            **CHILD_ERRORS,
            "ECONNREFUSED": "the command ended at once",
        },
        example="examples/edit-qcow2.c",
        see_also=(
            "set_socket_activation_name",
            "connect_command",
            "kill_subprocess",
            "get_subprocess_pid",
        ),
        section=SECTION,
    ),
    Setting(
        "socket_activation_name",
        since="1.16",
        value=String("socket_name", "the name, at most 32 letters and digits"),
        default="the empty string, for which the server sees the name unknown",
        set_summary="set the name of the socket for socket activation",
        text="""
            A server started by `connect_systemd_socket_activation` can find out
            what the sockets that it gets are for: their names are in the
            environment variable LISTEN_FDNAMES.  This sets the name of the one
            socket that the library passes to it.

            Servers that use several sockets distinguish them by their names; most
            servers use one and ignore its name.""",
        phases=CREATED,
        errors={
            "ENAMETOOLONG": "*socket_name* has more than 32 characters",
            "EINVAL": "*socket_name* has characters other than ASCII letters and"
            " digits",
        },
        custom_set=True,
        get_summary="get the name of the socket for socket activation",
        get_text="""
            {c: The caller must free the string.}""",
        see_also=("connect_systemd_socket_activation",),
        section=SECTION,
    ),
    Call(
        "aio_connect",
        since="1.0",
        returns=Ret.ERR,
        summary="start to connect to a socket address",
        text="""
            This connects a new stream socket to *addr*, which may be of any
            address family{c: ; the address is copied}.  It is for programs that
            resolve names themselves, and for abstract Unix domain sockets.

            The call returns without waiting for the server.  Drive the
            connection with `poll` or your own main loop while
            `aio_is_connecting` returns true.  After that the handle is ready
            (`aio_is_ready`), or in option mode it waits for options
            (`aio_is_negotiating`); anything else means that it failed.  There is
            one attempt, and no blocking form of this call.""",
        args=(
            SockAddr("addr", "addrlen", "the address of the server, and its length"),
        ),
        phases=CREATED,
        changes=("aio_is_connecting", False),
        errors={
            "ENOMEM": "memory is short",
            "EINVAL": "*addrlen* is larger than any socket address",
            "EAFNOSUPPORT": "the system does not know the address family",
            "ECONNREFUSED": REFUSED,
        },
        see_also=("aio_connect_tcp", "aio_connect_unix", "connect_socket"),
        section=SECTION,
    ),
    Call(
        "kill_subprocess",
        since="1.0",
        returns=Ret.ERR,
        summary="send a signal to the server that the library started",
        text="""
            If the server is a child process, started by `connect_command`,
            `connect_systemd_socket_activation` or a URI that needs ssh, it is
            sent the signal *signum*.

            The call does not wait for the process to end; `close` does.""",
        args=(Int("signum", "number of the signal; 0 means SIGTERM"),),
        errors={
            "ESRCH": "there is no such process",
            "EINVAL": "*signum* is negative, or no signal of this system",
        },
        see_also=("get_subprocess_pid", "connect_command", "close"),
        section=SECTION,
    ),
    Call(
        "get_subprocess_pid",
        since="1.22",
        returns=Ret.INT64,
        summary="get the process id of the server that the library started",
        text="""
            If the server is a child process of this one, this returns its process
            id.  It stays the same until `close`, even when the process has ended,
            unless `set_reconnect_timeout` lets the library start it again.

            The library waits for the process itself, so the program must not.""",
        errors={"ESRCH": "the library started no process"},
        see_also=("kill_subprocess", "connect_command"),
        section=SECTION,
    ),
)
