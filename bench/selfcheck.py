# SPDX-License-Identifier: MIT
"""Check that the programs do what they claim, and notice wrong data."""

from collections.abc import Iterator

from programs import LASTING, Bench, Failed, is_lasting, result, server, start

# Every request is checked; the export is one pattern long, so that a
# sequential run of this many small requests covers all of it once.
EXPORT = ("--size", "1M", "--store")
SMALL = ("--size", "4K", "--depth", "16", "--requests", "256")
LARGE = ("--size", "256K", "--depth", "3", "--requests", "4")
VERIFIED = ("--verify", "--sequential")


def write_and_read(program: str, salt: int) -> Iterator[tuple[str, ...]]:
    """Write all of the export, each time with other data, and read it."""
    loops: list[tuple[str, ...]] = [("--loop", "poll"), ("--loop", "notify")]
    cases = ["write", "read", "sync", "threads"]
    if program == "bound":
        loops = [()]
        cases.remove("threads")
    for loop in loops:
        for shape in (SMALL, LARGE):
            for case in cases:
                salted = ("--salt", str(salt * 8))
                yield ("--case", case, *shape, *loop, *VERIFIED, *salted)
            salt += 1


def other_cases() -> Iterator[tuple[str, ...]]:
    """Cases of the measured client that the bound does not have."""
    yield ("--case", "idle", "--handles", "8", "--requests", "1", "--depth", "4")
    yield ("--case", "connect", "--requests", "8")
    yield ("--case", "about", "--requests", "1")


def over_tls(bench: Bench, salt: int) -> Iterator[tuple[str, ...]]:
    """The same cases over TLS, if it was built."""
    if bench.has_tls:
        for run in (*write_and_read("client", salt), *other_cases()):
            yield (*run, *bench.tls)


def check_program(bench: Bench, program: str, salt: int) -> int:
    runs = list(write_and_read(program, salt))
    if program != "bound":
        runs += other_cases()
        runs += over_tls(bench, salt + 4)
    for arguments in runs:
        result(bench, program, arguments)
    # If wrong data passes, the runs above prove nothing.
    wrong = ("--case", "read", *SMALL, *VERIFIED, "--salt", "8888")
    if start(bench, program, wrong).returncode == 0:
        raise Failed(f"{program}: wrong data went unnoticed")
    return len(runs) + 1


def check_language(bench: Bench, language: str) -> None:
    """Check that the client makes as many requests as it is told to."""
    plan = ("--case", "read", "--depth", "16", "--size", "4096", "--requests", "256")
    answer = result(bench, language, plan)
    if answer["requests"] != 256:
        raise Failed(f"{language}: {answer['requests']} requests instead of 256")


def check(bench: Bench) -> None:
    """Run every program in every mode once; nothing is timed."""
    for replies in ("simple", "structured"):
        with server(bench, replies, *EXPORT):
            for i, program in enumerate([*bench.libraries, "bound"]):
                count = check_program(bench, program, 1 + 10 * i)
                print(f"{program}, {replies} replies: {count} runs")
            if "ours" in bench.libraries and is_lasting(bench):
                check_program(bench, LASTING, 41)
                print(f"ours, able to reconnect, {replies} replies: done")
            for language in bench.languages:
                check_language(bench, language)
                print(f"{language}, {replies} replies: 1 run")
