# SPDX-License-Identifier: MIT
"""How the connection is encrypted, and who is believed to be at its ends."""

from __future__ import annotations

from nbdgen.calls.model import (
    CREATED,
    DETAILS,
    Bool,
    Call,
    EnumArg,
    Path,
    Record,
    Ret,
    Setting,
    String,
)

from .constants import TLS

SECTION = "TLS"
SPEC = "TLS support"
WITHOUT = {"ENOTSUP": "the library was built without TLS"}

RECORDS: tuple[Record, ...] = (
    Setting(
        "tls",
        since="1.0",
        value=EnumArg("tls", TLS, "how much the connection insists on TLS"),
        initial="DISABLE",
        set_summary="choose whether the connection is encrypted",
        text="""
            With LIBNBD_TLS_DISABLE the library never asks for TLS.  With
            LIBNBD_TLS_ALLOW it asks, and goes on without encryption if the server
            does not offer TLS.  An attacker on the network can pretend that the
            server does not, so this protects only against passive listeners.
            With LIBNBD_TLS_REQUIRE a connection without TLS fails.

            A URI of a scheme with TLS, such as ``nbds``, sets LIBNBD_TLS_REQUIRE.
            Option mode can also start TLS by hand, with `opt_starttls`.

            Keys come either from certificates, see `set_tls_certificates`, or
            from a file of shared keys, see `set_tls_psk_file`.""",
        phases=CREATED,
        errors={"ENOTSUP": "the library was built without TLS, and *tls* asks for it"},
        custom_set=True,
        get_summary="tell whether TLS was asked for",
        get_text="""
            This is what was asked for; `get_tls_negotiated` tells whether the
            connection is encrypted.""",
        get_may_set_error=False,
        spec=SPEC,
        see_also=("get_tls_negotiated", "supports_tls", "opt_starttls"),
        section=SECTION,
    ),
    Call(
        "get_tls_negotiated",
        since="1.2",
        returns=Ret.BOOL,
        summary="tell whether the connection is encrypted",
        text="""
            The result is true if the server agreed to TLS, and everything sent
            since then is encrypted.  With LIBNBD_TLS_ALLOW this is the way to
            find out; with LIBNBD_TLS_REQUIRE there is no connection without
            encryption.""",
        phases=DETAILS,
        spec=SPEC,
        see_also=("set_tls", "opt_starttls"),
        section=SECTION,
    ),
    Setting(
        "tls_certificates",
        since="1.0",
        value=Path("dir", "path of the directory"),
        default="to look in ~/.pki/libnbd and ~/.config/pki/libnbd, or for root in"
        " pki/libnbd below the system's configuration directory, and to use the"
        " system's certificate authorities if nothing is there",
        set_summary="set the directory of the X.509 certificates",
        text="""
            The directory holds these files, all in PEM format:

            - ``ca-cert.pem`` :: the certificate authorities that are trusted;
              without this file the directory is not used, which the error says if
              the server's certificate is then refused
            - ``client-cert.pem``, ``client-key.pem`` :: the certificate and key
              of the client, for a server that asks for them; optional, but one
              without the other is an error
            - ``ca-crl.pem`` :: certificates that were revoked; optional

            The files are read when TLS starts, so errors in them are reported
            by the connecting call.""",
        phases=CREATED,
        errors=WITHOUT,
        custom_set=True,
        spec=SPEC,
        see_also=("set_tls", "set_tls_verify_peer", "set_tls_psk_file"),
        section=SECTION,
    ),
    Setting(
        "tls_verify_peer",
        since="1.0",
        value=Bool("verify", "true to check the certificate, false to accept any"),
        initial=True,
        set_summary="choose whether the server's certificate is checked",
        text="""
            If this is true, the server's certificate must be signed by a trusted
            authority, must not have expired nor been revoked, must be meant for
            servers, and must belong to the host name that `get_tls_hostname`
            returns.  Without a host name, for instance on a Unix domain socket,
            the name is not checked.

            If this is false, the connection is encrypted, but the identity of the
            server is not checked.  With shared keys there is no certificate and
            this setting has no effect.""",
        phases=CREATED,
        errors={"ENOTSUP": "the library was built without TLS, and *verify* is false"},
        custom_set=True,
        get_summary="tell whether the server's certificate is checked",
        get_may_set_error=False,
        spec=SPEC,
        see_also=("set_tls_hostname", "set_tls_certificates"),
        section=SECTION,
    ),
    Setting(
        "tls_username",
        since="1.0",
        value=String("username", "the user name"),
        default="the login name: the environment variable LOGNAME, or else the"
        " name that the system has for the user",
        set_summary="set the user name for shared keys",
        text="""
            With shared keys the client sends this name to the server, and uses
            the key of this name in the file of `set_tls_psk_file`.  A user name
            in a URI sets it as well.  Set-uid programs ignore LOGNAME.""",
        phases=CREATED,
        errors=WITHOUT,
        custom_set=True,
        custom_get=True,
        get_summary="get the user name for shared keys",
        get_text="""
            If no name was set, the login name is returned.
            {c: The caller must free the string.}""",
        get_errors={"ENOENT": "no name was set and the login name is not known"},
        spec=SPEC,
        see_also=("set_tls_psk_file",),
        section=SECTION,
    ),
    Setting(
        "tls_hostname",
        since="1.22",
        value=String("hostname", "the name that the certificate must be for"),
        default="the host name of a TCP connection, and none for other kinds",
        set_summary="set the host name that the server's certificate must be for",
        text="""
            The server's certificate is checked against this host name.  Set it if
            the connection has no host name, as with Unix domain sockets and
            tunnels, or if the certificate is for another name.  The name is also
            sent to the server, so that a server with many names can choose the
            certificate (SNI).

            An IP address must be in the certificate as an address, and is not
            sent to the server.  A dot at the end of a name, and the zone of an
            IPv6 address, are left out.  The empty string means no name.

            If the certificate is for another host, the error has this name and
            those of the certificate.""",
        phases=CREATED,
        errors=WITHOUT,
        custom_set=True,
        custom_get=True,
        get_summary="get the host name that the server's certificate must be for",
        get_text="""
            If no name was set and the handle was connected over TCP, it is the
            name given there; otherwise it is empty.
            {c: The caller must free the string.}""",
        spec=SPEC,
        see_also=("set_tls_verify_peer", "connect_tcp"),
        section=SECTION,
    ),
    Setting(
        "tls_psk_file",
        since="1.0",
        value=Path("filename", "path of the file"),
        default="not to use shared keys",
        set_summary="set the file of shared keys",
        text="""
            Naming a file of shared keys makes the library use these instead of
            certificates.  Each line is a user name, a colon, and a key in
            hexadecimal; the server needs the same.  ``psktool`` makes such a
            file.

            The file is read when TLS starts, so errors in it are reported by
            the connecting call: it is EINVAL if it has no line for the user name
            of `set_tls_username`.""",
        phases=CREATED,
        errors=WITHOUT,
        custom_set=True,
        spec=SPEC,
        see_also=("set_tls_username", "set_tls_certificates"),
        section=SECTION,
    ),
    Setting(
        "tls_priority",
        since="1.24",
        value=String("priority", "a priority string of GnuTLS"),
        default="chosen when the library is built, usually NORMAL",
        set_summary="set which ciphers and versions TLS may use",
        text="""
            GnuTLS chooses versions, ciphers and key exchanges as a priority
            string tells it, for instance ``SECURE256`` or ``NORMAL:-VERS-TLS1.2``.
            Its manual describes the syntax.  For shared keys, the key exchanges
            that they need are added to it.

            The string is not checked before TLS starts.""",
        phases=CREATED,
        errors=WITHOUT,
        custom_set=True,
        custom_get=True,
        get_summary="get which ciphers and versions TLS may use",
        get_text="""
            If none was set, the string that is built in is returned.
            {c: The caller must free it.}""",
        spec=SPEC,
        see_also=("set_tls", "set_uri_allow_tls_priority"),
        section=SECTION,
    ),
)
