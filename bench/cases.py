# SPDX-License-Identifier: MIT
"""The rows of the table, and what the project promises for each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """What the project promises for one figure of a case."""

    figure: str
    relation: str
    value: float

    def holds(self, figure: float) -> bool:
        if self.relation == ">=":
            return figure >= self.value
        if self.relation == "<":
            return figure < self.value
        return figure <= self.value


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    name: str
    title: str
    arguments: tuple[str, ...]
    bound: bool = False
    tls: bool = False
    count_calls: bool = False
    languages: bool = False  # the clients in other languages against that in C
    lasting: bool = False  # our library with and without settings for outages
    limits: tuple[Limit, ...] = ()


SMALL = ("--size", "4K")
LARGE = ("--size", "256K")
LARGE_LIMITS = (
    Limit("rate over libnbd", ">=", 1.0),
    Limit("CPU over libnbd", "<", 1.0),
)

CASES = (
    Case(
        "read-4k-64",
        "4 KiB random read, 64 in flight",
        ("--case", "read", *SMALL, "--depth", "64"),
        bound=True,
        limits=(
            Limit("rate over libnbd", ">=", 2.5),
            Limit("rate over bound", ">=", 0.75),
            Limit("CPU over bound", "<=", 1.5),
        ),
    ),
    Case(
        "write-4k-64",
        "4 KiB random write, 64 in flight",
        ("--case", "write", *SMALL, "--depth", "64"),
        bound=True,
        limits=(
            Limit("rate over libnbd", ">=", 1.8),
            Limit("CPU over bound", "<=", 1.6),
        ),
    ),
    Case(
        "read-4k-1024",
        "4 KiB random read, 1,024 in flight",
        ("--case", "read", *SMALL, "--depth", "1024"),
        bound=True,
        limits=(Limit("rate over libnbd", ">=", 4.0),),
    ),
    Case(
        "sync-4k",
        "4 KiB read, one at a time (synchronous)",
        ("--case", "sync", *SMALL),
        bound=True,
        count_calls=True,
        limits=(
            Limit("rate over libnbd", ">=", 0.95),
            Limit("system calls", "<=", 3.0),
        ),
    ),
    Case(
        "threads-8",
        "4 KiB blocking reads from 8 threads on one handle",
        ("--case", "threads", *SMALL, "--threads", "8"),
        limits=(Limit("rate over libnbd", ">=", 1.7),),
    ),
    Case(
        "read-256k-16",
        "256 KiB read, 16 in flight",
        ("--case", "read", *LARGE, "--depth", "16"),
        bound=True,
        limits=LARGE_LIMITS,
    ),
    Case(
        "idle-1000",
        "1,000 idle connected handles",
        ("--case", "idle", "--handles", "1000"),
        limits=(Limit("KiB per handle", "<=", 16.0),),
    ),
    Case(
        "connect",
        "connect and close, the same options negotiated",
        ("--case", "connect", "--compact"),
        limits=(Limit("rate over libnbd", ">=", 1.0),),
    ),
    Case(
        "connect-extended",
        "as connect, and extended headers asked for if the library knows them",
        ("--case", "connect"),
    ),
    Case(
        "read-4k-64-notify",
        "as read-4k-64, in a poll loop of the program's own",
        ("--case", "read", *SMALL, "--depth", "64", "--loop", "notify"),
        bound=True,
    ),
    Case(
        "write-4k-64-notify",
        "as write-4k-64, in a poll loop of the program's own",
        ("--case", "write", *SMALL, "--depth", "64", "--loop", "notify"),
        bound=True,
    ),
    Case(
        "idle-1000-worked",
        "as idle-1000, each handle served 64 reads of 4 KiB before",
        ("--case", "idle", "--handles", "1000", *SMALL, "--requests", "1"),
    ),
    Case(
        "lasting-read-4k-64",
        "4 KiB random read, 64 in flight, able to reconnect",
        ("--case", "read", *SMALL, "--depth", "64"),
        lasting=True,
        limits=(Limit("CPU over not lasting", "<=", 1.03),),
    ),
    Case(
        "lasting-write-4k-64",
        "4 KiB random write, 64 in flight, with a journal",
        ("--case", "write", *SMALL, "--depth", "64"),
        lasting=True,
        limits=(Limit("CPU over not lasting", "<=", 1.25),),
    ),
    Case(
        "lasting-idle-1000",
        "1,000 idle connected handles, able to reconnect",
        ("--case", "idle", "--handles", "1000"),
        lasting=True,
        limits=(Limit("KiB per lasting handle", "<=", 20.0),),
    ),
    Case(
        "languages",
        "4 KiB random read, 64 in flight, from other languages",
        ("--case", "read", "--size", "4096", "--depth", "64"),
        languages=True,
        limits=(
            Limit("CPU of OCaml over C", "<=", 1.3),
            Limit("CPU of Rust over C", "<=", 1.3),
            Limit("CPU of Go over C", "<=", 1.3),
            Limit("CPU of Python over C", "<=", 4.0),
        ),
    ),
    Case(
        "tls-read-4k-64",
        "TLS: 4 KiB random read, 64 in flight",
        ("--case", "read", *SMALL, "--depth", "64"),
        tls=True,
        limits=(Limit("rate over libnbd", ">=", 2.0),),
    ),
    Case(
        "tls-read-256k-16",
        "TLS: 256 KiB read, 16 in flight",
        ("--case", "read", *LARGE, "--depth", "16"),
        tls=True,
        limits=LARGE_LIMITS,
    ),
    Case(
        "tls-write-256k-16",
        "TLS: 256 KiB write, 16 in flight",
        ("--case", "write", *LARGE, "--depth", "16"),
        tls=True,
        limits=LARGE_LIMITS,
    ),
    Case(
        "tls-read-4k-64-notify",
        "as tls-read-4k-64, in a poll loop of the program's own",
        ("--case", "read", *SMALL, "--depth", "64", "--loop", "notify"),
        tls=True,
    ),
    Case(
        "tls-write-4k-64",
        "TLS: 4 KiB random write, 64 in flight",
        ("--case", "write", *SMALL, "--depth", "64"),
        tls=True,
    ),
    Case(
        "tls-connect",
        "TLS: connect and close, the same options negotiated",
        ("--case", "connect", "--compact"),
        tls=True,
    ),
)
