# SPDX-License-Identifier: MIT
"""The names of the machine's parts in C."""

from __future__ import annotations

from nbdgen.machine.model import MAIN, Machine


def _c(path: str) -> str:
    return path.replace(".", "_")


def state_constant(path: str) -> str:
    """The enum value of a state or of a composite group."""
    return f"NBDI_STATE_{_c(path)}"


def region_constant(region: str) -> str:
    """The enum value of a region."""
    return f"NBDI_REGION_{region_name(region)}"


def event_constant(event: str) -> str:
    """The enum value of an event."""
    return f"NBDI_EVENT_{event}"


def region_name(region: str) -> str:
    """The part of a function's name that names the region."""
    return "MAIN" if region == MAIN else _c(region)


def enter_function(path: str) -> str:
    """The function that is a state's body."""
    return f"enter_{_c(path)}"


def io_function(path: str) -> str:
    """The function that does an IO state's input or output."""
    return f"io_{_c(path)}"


def dispatch_function(group: str, selector: str) -> str:
    """The function that finds the sub-group for a value."""
    return f"dispatch_{_c(group)}_{selector}" if group else f"dispatch_{selector}"


def ordered_paths(machine: Machine) -> list[str]:
    """States and composites in the order of the enum: .START is first."""
    paths: list[str] = []
    for group in machine.groups.values():
        if group.composite:
            paths.append(group.path)
        paths += [state.path for state in group.states]
    return paths


def c_string(text: str) -> str:
    """A string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
