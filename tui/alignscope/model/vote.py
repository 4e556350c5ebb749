"""Votes on two replies to one prompt, and what a person is shown to vote on."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple, Protocol, TypeVar

Said = TypeVar("Said", contravariant=True)
"""What is said of replies that are shown together: a vote on two, or a ranking of several."""


class Vote(StrEnum):
    """A vote on two replies."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"
    BOTH_BAD = "both bad"

    @property
    def swapped(self) -> "Vote":
        """The same vote, said of the two the other way round."""
        return _SWAPPED.get(self, self)


_SWAPPED: Final[Mapping[Vote, Vote]] = {Vote.FIRST: Vote.SECOND, Vote.SECOND: Vote.FIRST}


class VotesError(Exception):
    """Votes that can't be kept or read; the message is for the person."""


class Ranking(NamedTuple):
    """A vote on several replies at once, by their places from 0 in the order in which they are shown."""

    groups: tuple[tuple[int, ...], ...]
    """Best first; those of one group are tied."""
    bad: bool = False
    """Whether none is any good: all are in one group then."""


class Shown(NamedTuple):
    """A prompt and replies to it, in the order in which they are shown: A first."""

    prompt: str
    replies: tuple[str, ...]


class Poll(Protocol[Said]):
    """Replies to vote on, blind: several at a time, by their places from 0 in the order in which they come."""

    def __len__(self) -> int:
        """Return how often there is something to vote on."""

    def done(self, place: int) -> bool:
        """Return whether there is a vote."""

    def shown(self, place: int) -> Shown | None:
        """Return what is shown; None if it can't be read any more."""

    def names(self, place: int) -> tuple[str, ...]:
        """Return whose replies are shown, in the same order."""

    def add(self, place: int, said: Said) -> None:
        """Keep what was said of the replies as they are shown. Raises VotesError."""

    def undo(self, place: int) -> None:
        """Take back what was added here last, which was at this place. Raises VotesError."""

    def standing(self) -> list[str]:
        """Return in sentences how the votes stand."""
