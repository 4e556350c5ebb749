"""A session: turns with their lineup."""

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path

import msgspec

from alignscope.model.turn import Extra, PaneRecord, Turn


class SessionError(Exception):
    """A session that can't be read, written or found; `str()` names file, document and field, for the person."""


class Parent(msgspec.Struct, frozen=True):
    """What a session was forked from, or what was run again."""

    name: str
    """The other session's name."""
    turn: int
    """The last turn that was taken over, from 1; 0 for none."""
    ms: float | None = None
    """The moment of that turn's replay at which it went on live."""
    extra: Extra = {}


@dataclass(slots=True)
class Session:
    """Turns with their lineup, kept in one file or about to be."""

    title: str
    created: datetime
    lineup: tuple[PaneRecord, ...] = ()
    """The first turn's; a turn may have another."""
    turns: list[Turn] = field(default_factory=list)
    """In the order of their numbers."""
    parent: Parent | None = None
    path: Path | None = None
    """None before the first turn has been kept."""
    bundled: bool = False
    """Comes with alignscope and is never written to."""
    extra: Extra = field(default_factory=dict)
    others: list[Extra] = field(default_factory=list)
    """Whole documents that this version doesn't know."""
    warnings: list[str] = field(default_factory=list)
    """What was wrong with the file and didn't hinder opening it, in words for the person."""

    @property
    def name(self) -> str:
        """Its name on the command line: the file's, without the ending; empty without a file."""
        return self.path.stem if self.path else ""

    def turn(self, number: int) -> Turn | None:
        """Return the turn of that number, None if there is none."""
        place = bisect_left(self.turns, number, key=attrgetter("number"))
        return self.turns[place] if place < len(self.turns) and self.turns[place].number == number else None

    def copy(self) -> "Session":
        """Return the session as it is now, whose turns and lists of replies don't change any more."""
        return replace(self, turns=[replace(turn, replies=dict(turn.replies)) for turn in self.turns])

    def fork(self, number: int, ms: float | None = None) -> "Session":
        """Return a new session that begins with this one's turns up to a number, and names this one.

        Args:
            number: the last turn that is taken over; 0 for none.
            ms: the moment in that turn's replay at which the person went on.
        """
        turns = [turn for turn in self.copy().turns if turn.number <= number]
        parent = Parent(self.name, number, ms)
        return Session(self.title, datetime.now(UTC), self.lineup, turns, parent, extra=dict(self.extra))
