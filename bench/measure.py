# SPDX-License-Identifier: MIT
"""Takes samples and counts system calls, one of them or all."""

import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

from cases import Case
from load import Others
from programs import LANGUAGES, LASTING, Bench, Failed, result, start


# A run counts as quiet if other work took no more than this share of a core.
QUIET = 0.1

# System calls per request, by program.
Calls = dict[str, float | None]


@dataclass(frozen=True)
class Sample:
    """One run of one program: what it prints, reduced to what is compared."""

    rate: float = 0.0
    cpu_us: float = 0.0
    resident: float = 0.0
    heap: float = 0.0
    others: float = 0.0


@dataclass(frozen=True)
class Effort:
    """How long and how often to measure."""

    runs: int
    seconds: float
    retries: int


def sample(
    bench: Bench, server: int, program: str, case: Case, seconds: float
) -> Sample:
    others = Others(server)
    arguments = [*case.arguments, "--seconds", str(seconds)]
    if case.tls:
        arguments += bench.tls
    answer = result(bench, program, arguments)
    share = others.share()
    if answer["case"] == "idle":
        return Sample(resident=answer["resident"], heap=answer["heap"], others=share)
    cpu = answer["user"] + answer["sys"]
    return Sample(
        rate=answer["requests"] / answer["wall"],
        cpu_us=cpu / answer["requests"] * 1e6,
        others=share,
    )


def quiet_sample(
    bench: Bench, server: int, program: str, case: Case, effort: Effort
) -> Sample:
    """Repeat a run that other work disturbed; return the quietest.

    The figures of a run have no influence on whether it is repeated.
    """
    tries: list[Sample] = []
    for _ in range(1 + effort.retries):
        tries.append(sample(bench, server, program, case, effort.seconds))
        if tries[-1].others <= QUIET or tries[-1].resident:
            break
    return min(tries, key=lambda one: one.others)


def count_calls(bench: Bench, program: str, requests: int) -> int:
    """All system calls of a synchronous run, including its start and end."""
    with tempfile.NamedTemporaryFile("r") as out:
        if shutil.which("strace"):
            prefix = ["strace", "-c", "-f", "-o", out.name]
            pattern = r"^100\.00\s+\S+(?:\s+\d+)?\s+(\d+)(?:\s+\d+)?\s+total$"
        elif shutil.which("perf"):
            prefix = ["perf", "stat", "-x,", "-o", out.name]
            prefix += ["-e", "raw_syscalls:sys_enter"]
            pattern = r"^(\d+),.*raw_syscalls:sys_enter"
        else:
            raise Failed("neither strace nor perf is installed")
        arguments = ("--case", "sync", "--requests", str(requests))
        done = start(bench, program, arguments, prefix)
        found = re.search(pattern, out.read(), re.MULTILINE)
    if done.returncode != 0 or found is None:
        raise Failed(f"{prefix[0]} cannot count: {done.stderr.strip()}")
    return int(found.group(1))


def calls_per_request(bench: Bench, program: str) -> float | None:
    """From two runs that differ only in the number of requests."""
    try:
        few, many = (count_calls(bench, program, n) for n in (1000, 3000))
    except Failed as error:
        print(f"system calls not counted: {error}", file=sys.stderr)
        return None
    return (many - few) / 2000


def runners_of(bench: Bench, case: Case, libraries: Sequence[str]) -> Sequence[str]:
    """The programs that a case compares."""
    if case.languages:
        return ["ours", *bench.languages]
    return ["ours", LASTING] if case.lasting else libraries


def measure(
    bench: Bench,
    server: int,
    cases: Sequence[Case],
    libraries: Sequence[str],
    effort: Effort,
) -> dict[str, dict[str, list[Sample]]]:
    """Run all cases; the programs take turns within each round."""
    runners = {case.name: runners_of(bench, case, libraries) for case in cases}
    samples: dict[str, dict[str, list[Sample]]] = {
        name: {program: [] for program in programs}
        for name, programs in runners.items()
    }
    for turn in range(effort.runs):
        for case in cases:
            print(f"round {turn + 1}: {case.name}", file=sys.stderr)
            programs = runners[case.name]
            for i in range(len(programs)):
                program = programs[(i + turn) % len(programs)]
                if program == "bound" and not case.bound:
                    continue
                one = quiet_sample(bench, server, program, case, effort)
                samples[case.name][program].append(one)
    return samples


def medians(samples: Sequence[Sample]) -> Sample:
    """The median of each figure, and the largest disturbance."""
    return Sample(
        rate=statistics.median(s.rate for s in samples),
        cpu_us=statistics.median(s.cpu_us for s in samples),
        resident=statistics.median(s.resident for s in samples),
        heap=statistics.median(s.heap for s in samples),
        others=max(s.others for s in samples),
    )


def figures(middle: dict[str, Sample], calls: Calls) -> dict[str, float]:
    """All figures that a limit can name."""
    found: dict[str, float] = {}
    ours = middle.get("ours")
    if ours is None:
        return found
    if LASTING in middle:
        lasting = middle[LASTING]
        if lasting.resident:
            found["KiB per lasting handle"] = lasting.resident / 1024
        return found
    if ours.resident:
        found["KiB per handle"] = ours.resident / 1024
        return found
    for other in ("libnbd", "bound"):
        if other in middle:
            found[f"rate over {other}"] = ours.rate / middle[other].rate
            found[f"CPU over {other}"] = ours.cpu_us / middle[other].cpu_us
    for other in LANGUAGES:
        if other in middle:
            found[f"CPU of {other} over C"] = middle[other].cpu_us / ours.cpu_us
    count = calls.get("ours")
    if count is not None:
        found["system calls"] = count
    return found


def cost_of_lasting(by_program: dict[str, list[Sample]]) -> dict[str, float]:
    """Compares the two runs of each round, because the effect is small."""
    pairs = zip(by_program.get(LASTING, []), by_program["ours"])
    ratios = [on.cpu_us / off.cpu_us for on, off in pairs if off.cpu_us]
    return {"CPU over not lasting": statistics.median(ratios)} if ratios else {}
