"""A session: turns and their lineup."""

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path

import msgspec

from alignscope.model.turn import Extra, PaneRecord, Turn


class SessionError(Exception):
    """A session that can't be read, written or found. The message names file, document and field."""


class Parent(msgspec.Struct, frozen=True):
    """The session that this one was forked from, or that was run again."""

    name: str
    """The other session's name."""
    turn: int
    """The last copied turn, from 1; 0 for none."""
    ms: float | None = None
    """The time in that turn's replay at which it went on live."""
    extra: Extra = {}


@dataclass(slots=True)
class Session:
    """Turns and their lineup, in one file."""

    title: str
    created: datetime
    lineup: tuple[PaneRecord, ...] = ()
    """The first turn's lineup; a turn may have another."""
    turns: list[Turn] = field(default_factory=list)
    """In the order of their numbers."""
    parent: Parent | None = None
    path: Path | None = None
    """None before the first turn has been written."""
    bundled: bool = False
    """Whether it comes with alignscope and is never written to."""
    extra: Extra = field(default_factory=dict)
    others: list[Extra] = field(default_factory=list)
    """Whole documents that this version doesn't know."""
    warnings: list[str] = field(default_factory=list)
    """Mistakes in the file that didn't prevent opening it, as messages for the person."""

    @property
    def name(self) -> str:
        """Name on the command line: the file's, without its ending; empty without a file."""
        return self.path.stem if self.path else ""

    def turn(self, number: int) -> Turn | None:
        """Return the turn of that number, or None."""
        place = bisect_left(self.turns, number, key=attrgetter("number"))
        return self.turns[place] if place < len(self.turns) and self.turns[place].number == number else None

    def copy(self) -> "Session":
        """Return a copy with lists of turns, replies and scores of its own."""
        return replace(self, turns=[turn.copy() for turn in self.turns])

    def fork(self, number: int, ms: float | None = None) -> "Session":
        """Return a new session with the turns up to `number`, from this one at `ms` of that turn's replay."""
        turns = [turn for turn in self.copy().turns if turn.number <= number]
        parent = Parent(self.name, number, ms)
        return Session(self.title, datetime.now(UTC), self.lineup, turns, parent, extra=dict(self.extra))
