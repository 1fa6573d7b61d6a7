# SPDX-License-Identifier: MIT
"""Run spin on the models of outages, with all rules and without some."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from model import Found, search_text

# The model of one connection that is lost, and of several that work together.
ONE = "outage.pml"
SEVERAL = "links.pml"


@dataclass(frozen=True)
class Variant:
    """What to search: a model, and the names that are defined in it."""

    what: str
    names: tuple[str, ...]
    finds: str = ""  # lost, lied or stuck, as in the model; empty: no error
    model: str = ONE


# No error may be found, with a journal that holds all writes and with a
# smaller one.
WELL = (
    Variant("outages", ("ENTRIES=2",)),
    Variant("outages with a full journal", ("ENTRIES=1",)),
    Variant("several connections", (), model=SEVERAL),
)

# What is left out, by defining which names, and what that leads to.
BROKEN = (
    Variant("no journal", ("NO_JOURNAL",), "lost"),
    Variant("what has no room is lost", ("FULL_KEEPS_NOTHING", "ENTRIES=1"), "lied"),
    Variant("new writes go before the journal", ("NEW_FIRST",), "lost"),
    Variant("reads go before the journal", ("READ_FIRST",), "lost"),
    Variant("a flush goes before the journal", ("FLUSH_FIRST",), "lied"),
    Variant("a flush settles what it does not cover", ("FLUSH_SETTLES_ALL",), "lost"),
    Variant("entries overlap", ("CUT_NOTHING",), "lied"),
    Variant("a FUA write leaves older entries", ("FUA_LEAVES_ENTRIES",), "lied"),
    Variant("no ghosts", ("NO_GHOSTS",), "lost"),
    Variant("entries that were sent leave no ghosts", ("FORGET_ENTRIES",), "lost"),
    Variant("these ghosts hold only new writes", ("REPEAT_AT_ONCE",), "lost"),
    Variant("cancelled writes leave no ghosts", ("FORGET_CANCELLED",), "lost"),
    Variant("newcomers do not stand by", ("JOIN_AT_ONCE",), "lost", SEVERAL),
    Variant("any answer proves a life", ("ANY_ANSWER_PROVES",), "lost", SEVERAL),
    Variant("nothing is founded anew", ("FORGET_THE_JOURNAL",), "lost", SEVERAL),
    Variant("a flush counts old answers", ("OLD_ANSWERS_COUNT",), "lost", SEVERAL),
    Variant("and answers that came late", ("FLUSH_SETTLES_ALL",), "lost", SEVERAL),
)


def search(variant: Variant) -> Found:
    """Search exhaustively, or up to the first error."""
    text = Path(__file__).with_name(variant.model).read_text(encoding="utf-8")
    return search_text(text, variant.what, [f"-D{name}" for name in variant.names])


def as_expected(variant: Variant, found: Found) -> bool:
    """Whether the search found what it should, and reached all of a model
    without errors."""
    if variant.finds:
        return found.errors > 0 and f"!({variant.finds})" in found.message
    return not found.errors and not found.never
