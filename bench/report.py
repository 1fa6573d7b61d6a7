# SPDX-License-Identifier: MIT
"""The tables, as Markdown."""

import os
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path

from cases import Case
from measure import Calls, Sample, medians
from programs import Cipher


def machine() -> dict[str, str]:
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {
        "CPU": model,
        "cores": str(os.cpu_count()),
        "kernel": f"{platform.system()} {platform.release()}",
        "load average": load_average(),
    }


def load_average() -> str:
    return " ".join(f"{x:.2f}" for x in os.getloadavg())


def print_machine(facts: dict[str, str]) -> None:
    print("## Machine\n")
    for key, value in facts.items():
        print(f"- {key}: {value}")


def spread(samples: Sequence[Sample]) -> float:
    """How far the runs of one program differ, as a share of their median."""
    values = [s.rate or s.resident for s in samples]
    middle = statistics.median(values)
    return (max(values) - min(values)) / middle if middle else 0.0


def row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def print_figures(
    samples: dict[str, dict[str, list[Sample]]],
    calls: dict[str, Calls],
) -> None:
    """The plain measurements: medians and how far the runs differ."""
    print("\n## Measured\n")
    titles = ["case", "program", "requests/s", "CPU per request", "spread"]
    print(row([*titles, "others' CPU", ""]))
    print(row(["---", "---", "---:", "---:", "---:", "---:", "---"]))
    for name, by_program in samples.items():
        for program, runs in by_program.items():
            if not runs:
                continue
            middle = medians(runs)
            cells = [name, program, "", "", f"{spread(runs):.0%}"]
            cells += [f"{middle.others:.0%}", ""]
            if middle.rate:
                cells[2] = f"{middle.rate:,.0f}"
                cells[3] = f"{middle.cpu_us:.2f} us"
            else:
                cells[6] = f"{middle.resident / 1024:.1f} KiB resident"
                cells[6] += f", {middle.heap / 1024:.1f} KiB heap, per handle"
            count = calls.get(name, {}).get(program)
            if count is not None:
                cells[6] = f"{count:.2f} system calls per request"
            print(row(cells))


def print_languages(found: dict[str, dict[str, float]]) -> None:
    """The clients in other languages: one row for each."""
    ratios = found.get("languages")
    if not ratios:
        return
    print("\n## Other languages, CPU per request over that of the client in C\n")
    print(row(["language", "ratio"]))
    print(row(["---", "---:"]))
    for figure, value in ratios.items():
        language = figure.removeprefix("CPU of ").removesuffix(" over C")
        print(row([language, f"{value:.2f}"]))


def print_ratios(found: dict[str, dict[str, float]]) -> None:
    """The comparison: one row per case."""
    found = {name: figures for name, figures in found.items() if name != "languages"}
    if not found:
        return
    columns = [
        "rate over libnbd",
        "rate over bound",
        "CPU over bound",
        "CPU over libnbd",
        "system calls",
        "KiB per handle",
        "CPU over not lasting",
        "KiB per lasting handle",
    ]
    print("\n## Ours, compared\n")
    print(row(["case", *columns]))
    print(row(["---", *["---:"] * len(columns)]))
    for name, values in found.items():
        cells = [f"{values[c]:.2f}" if c in values else "" for c in columns]
        print(row([name, *cells]))


def request_mib(case: Case) -> float:
    """The size of each request."""
    size = case.arguments[case.arguments.index("--size") + 1]
    return int(size.removesuffix("K")) / 1024


def print_cipher(
    floor: Cipher, cases: Sequence[Case], samples: dict[str, dict[str, list[Sample]]]
) -> None:
    """The share of the CPU time under TLS that no client can avoid."""
    print("\n## TLS: the cipher's share of the client's CPU time\n")
    print(
        f"AES-128-GCM takes {floor.cipher_read:.0f} us per MiB to decrypt and"
        f" {floor.cipher_write:.0f} us to encrypt, GnuTLS's records with it"
        f" {floor.records_read:.0f} us and {floor.records_write:.0f} us.\n"
    )
    print(row(["case", "program", "cipher", "GnuTLS's records"]))
    print(row(["---", "---", "---:", "---:"]))
    for case in cases:
        if not case.tls or "--size" not in case.arguments:
            continue
        bare, records = floor.cipher_read, floor.records_read
        if "write" in case.arguments:
            bare, records = floor.cipher_write, floor.records_write
        for program, runs in samples[case.name].items():
            if runs:
                part = request_mib(case) / medians(runs).cpu_us
                print(
                    row(
                        [
                            case.name,
                            program,
                            f"{bare * part:.0%}",
                            f"{records * part:.0%}",
                        ]
                    )
                )


def print_limits(cases: Sequence[Case], found: dict[str, dict[str, float]]) -> None:
    print("\n## Limits\n")
    print(row(["case", "figure", "limit", "measured", ""]))
    print(row(["---", "---", "---", "---:", "---"]))
    for case in cases:
        for limit in case.limits:
            value = found[case.name].get(limit.figure)
            if value is None and case.languages:
                continue  # this language was not built
            text, verdict = "", "not measured"
            if value is not None:
                text = f"{value:.2f}"
                verdict = "holds" if limit.holds(value) else "MISSED"
            wanted = f"{limit.relation} {limit.value:g}"
            print(row([case.title, limit.figure, wanted, text, verdict]))
