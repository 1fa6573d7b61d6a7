# SPDX-License-Identifier: MIT
"""Examples: ways to a server."""

from __future__ import annotations

import signal
import socket

import nbd
from snippets import created, port


# NBD.connect_unix
@created
def connect_unix(h: nbd.NBD) -> None:
    h.connect_unix("nbd.sock")
    print(f"{h.get_size()} bytes")


# NBD.aio_connect_unix
@created
def aio_connect_unix(h: nbd.NBD) -> None:
    h.aio_connect_unix("nbd.sock")
    while h.aio_is_connecting():
        h.poll(-1)


# NBD.connect_tcp
@created
def connect_tcp(h: nbd.NBD) -> None:
    h.connect_tcp("localhost", port)  # that of NBD servers is "10809"
    print(f"{h.get_size()} bytes")


# NBD.aio_connect_tcp
@created
def aio_connect_tcp(h: nbd.NBD) -> None:
    h.aio_connect_tcp("localhost", port)  # of NBD servers: "10809"
    while h.aio_is_connecting():
        h.poll(-1)


# NBD.connect_vsock
@created
def connect_vsock(h: nbd.NBD) -> None:
    # We run in a virtual machine, and the server on its host.
    try:
        h.connect_vsock(2, 10809)
    except nbd.Error as error:
        print(f"the host offers no disk: {error}")


# NBD.aio_connect_vsock
@created
def aio_connect_vsock(h: nbd.NBD) -> None:
    # We run in a virtual machine, and the server on its host.
    try:
        h.aio_connect_vsock(2, 10809)
        while h.aio_is_connecting():
            h.poll(-1)
    except nbd.Error as error:
        print(f"the host offers no disk: {error}")


# NBD.connect_socket
@created
def connect_socket(h: nbd.NBD) -> None:
    sock = socket.socket(socket.AF_UNIX)
    sock.connect("nbd.sock")
    h.connect_socket(sock.detach())  # the library owns it now


# NBD.aio_connect_socket
@created
def aio_connect_socket(h: nbd.NBD) -> None:
    sock = socket.socket(socket.AF_UNIX)
    sock.connect("nbd.sock")
    h.aio_connect_socket(sock.detach())
    while h.aio_is_connecting():
        h.poll(-1)


# NBD.connect_command
@created
def connect_command(h: nbd.NBD) -> None:
    h.connect_command(["nbdkit", "-s", "memory", "1G"])
    print(f"{h.get_size()} bytes")


# NBD.aio_connect_command
@created
def aio_connect_command(h: nbd.NBD) -> None:
    h.aio_connect_command(["nbdkit", "-s", "memory", "1G"])
    while h.aio_is_connecting():
        h.poll(-1)


# NBD.connect_systemd_socket_activation
@created
def connect_systemd_socket_activation(h: nbd.NBD) -> None:
    h.connect_systemd_socket_activation(
        ["qemu-nbd", "--read-only", "-f", "qcow2", "disk.qcow2"]
    )
    print(f"the image has {h.get_size()} bytes")


# NBD.aio_connect_systemd_socket_activation
@created
def aio_connect_systemd_socket_activation(h: nbd.NBD) -> None:
    h.aio_connect_systemd_socket_activation(
        ["qemu-nbd", "--read-only", "-f", "qcow2", "disk.qcow2"]
    )
    while h.aio_is_connecting():
        h.poll(-1)


# NBD.set_socket_activation_name, NBD.get_socket_activation_name
@created
def set_socket_activation_name(h: nbd.NBD) -> None:
    # A server with several sockets finds ours by this name.
    h.set_socket_activation_name("disk")
    h.connect_systemd_socket_activation(["nbdkit", "memory", "1G"])
    print(f"the socket was called {h.get_socket_activation_name()}")


# NBD.aio_connect
@created
def aio_connect(h: nbd.NBD) -> None:
    h.aio_connect(("127.0.0.1", int(port)))
    while h.aio_is_connecting():
        h.poll(-1)


# NBD.kill_subprocess, NBD.get_subprocess_pid
@created
def kill_subprocess(h: nbd.NBD) -> None:
    h.connect_command(["nbdkit", "-s", "memory", "1G"])
    print(f"the server is process {h.get_subprocess_pid()}")
    h.kill_subprocess(signal.SIGTERM)
