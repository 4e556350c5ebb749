"""Votes on two replies to one prompt, and what a person is shown to vote on."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple, Protocol


class Vote(StrEnum):
    """What is said of two replies."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"
    BOTH_BAD = "both bad"

    @property
    def turned(self) -> "Vote":
        """The same vote, said of the two the other way round."""
        return _TURNED.get(self, self)


_TURNED: Final[Mapping[Vote, Vote]] = {Vote.FIRST: Vote.SECOND, Vote.SECOND: Vote.FIRST}


class VotesError(Exception):
    """Votes that can't be kept or read; the message is for the person."""


class Shown(NamedTuple):
    """A prompt, and two replies to it."""

    prompt: str
    first: str
    second: str


class Poll(Protocol):
    """Pairs of replies to vote on, by their places from 0, in the order in which they are shown."""

    def __len__(self) -> int:
        """Return the number of pairs."""

    def vote(self, place: int) -> Vote | None:
        """Return what was said of a pair; None where nothing was."""

    def turned(self, place: int) -> bool:
        """Return whether the second reply is shown as A."""

    def shown(self, place: int) -> Shown | None:
        """Return a pair's texts; None if they can't be read any more."""

    def names(self, place: int) -> tuple[str, str]:
        """Return whose replies a pair has."""

    def add(self, place: int, vote: Vote) -> None:
        """Keep a vote on a pair. Raises VotesError."""

    def undo(self, place: int) -> None:
        """Take back the last vote that was added here, which was on this pair. Raises VotesError."""

    def standing(self) -> list[str]:
        """Return in sentences how the votes stand."""
