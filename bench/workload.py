# SPDX-License-Identifier: MIT
"""Numbered writes into slots of a disk, and what must be found there."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from victims import Command, Event

# One slot in each cluster of a qcow2 image, so that most writes allocate.
SLOT_DISTANCE = 64 * 1024
SLOT_SIZE = 4096
# In each round: slots never written before, and slots written again.
FRESH = 64
AGAIN = 32
FLUSH_EVERY = 24


@dataclass
class Write:
    """The byte of a write that was issued, whether it succeeded or not."""

    byte: int
    number: int
    acknowledged: bool = False


@dataclass
class Verdict:
    """What was found wrong on the disk after a round."""

    acknowledged: int = 0
    lost: int = 0
    lies: int = 0


@dataclass
class Disk:
    """Everything that was written since the disk was last judged."""

    slots: int = 0
    content: dict[int, int] = field(default_factory=dict)
    writes: dict[int, list[Write]] = field(default_factory=dict)
    # For each flush that succeeded: the writes that it covers.
    flushed: list[set[int]] = field(default_factory=list)
    _under_way: dict[int, Write | set[int]] = field(default_factory=dict)
    _acknowledged: set[int] = field(default_factory=set)
    _lost: set[int] = field(default_factory=set)
    _next: int = 0

    def plan(self, lots: random.Random) -> Iterator[Command]:
        """The commands of a round; the caller must wait for a slot that is busy."""
        old = range(self.slots)
        slots = list(range(self.slots, self.slots + FRESH))
        self.slots += FRESH
        slots += [lots.choice(old or slots) for _ in range(AGAIN)]
        lots.shuffle(slots)
        for count, slot in enumerate(slots):
            if count and lots.randrange(FLUSH_EVERY) == 0:
                yield self.flush()
            yield self._write(slot)

    def _number(self) -> int:
        self._next += 1
        return self._next

    def flush(self) -> Command:
        return Command(self._number(), "flush")

    def issued(self, command: Command) -> None:
        """Note that a flush covers what is acknowledged when it is issued."""
        if command.what == "flush":
            self._under_way[command.number] = set(self._acknowledged)

    def _write(self, slot: int) -> Command:
        number = self._number()
        history = self.writes.setdefault(slot, [])
        before = history[-1].byte if history else self.content.get(slot, 0)
        write = Write(before % 255 + 1, number)
        history.append(write)
        self._under_way[number] = write
        return Command(number, "write", slot * SLOT_DISTANCE, SLOT_SIZE, write.byte)

    def over(self, event: Event) -> None:
        """Note that a command has ended, with success or not."""
        what = self._under_way.pop(event.number)
        if event.outcome != "ok":
            return
        if isinstance(what, Write):
            what.acknowledged = True
            self._acknowledged.add(what.number)
        else:
            self.flushed.append(what)

    def judge(self, image: Path) -> Verdict:
        """Compare with an image, whose content is then the one to start from."""
        verdict = Verdict()
        with open(image, "rb") as file:
            for slot, history in self.writes.items():
                file.seek(slot * SLOT_DISTANCE)
                self._judge_slot(slot, history, set(file.read(SLOT_SIZE)), verdict)
        verdict.lies = sum(bool(covered & self._lost) for covered in self.flushed)
        self.writes.clear()
        self.flushed.clear()
        self._acknowledged.clear()
        self._lost.clear()
        return verdict

    def _judge_slot(
        self, slot: int, history: list[Write], found: set[int], verdict: Verdict
    ) -> None:
        allowed = {self.content.get(slot, 0)}
        last: Write | None = None
        for write in history:
            if write.acknowledged:
                allowed, last = set(), write
                verdict.acknowledged += 1
            allowed.add(write.byte)
        if len(found) != 1 or not found <= allowed:
            # Without an acknowledged write, it is data that was never written.
            verdict.lost += 1
            if last is not None:
                self._lost.add(last.number)
        self.content[slot] = min(found)
