"""Votes on a run's replies: lines of `votes.jsonl` beside the rows, which they name by their keys."""

import contextlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Self

import msgspec

from alignscope.files.lines import append, append_to, decoded, unread
from alignscope.files.lock import HeldError, Lock
from alignscope.lab.row import MAX_LINE
from alignscope.lab.votes.index import Pair
from alignscope.model.vote import Vote, VotesError

VOTES: Final = "votes.jsonl"
_LOCK: Final = ".votes.lock"


class Ballot(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `votes.jsonl`: what somebody said of two replies."""

    first: str
    """Key of a row; where a person voted, of the reply that was shown as A."""
    second: str
    vote: Vote
    by: str = ""
    """Who said so; "" for the person, else a judge's name."""


_decoder: Final = msgspec.json.Decoder(Ballot)


def ballots(folder: Path) -> dict[tuple[str, str, str], Vote]:
    """Return the last vote of each voter on each two replies, whichever of them was shown first.

    The keys are those of the two rows, the smaller one first, and the voter.
    """
    votes: dict[tuple[str, str, str], Vote] = {}
    with contextlib.suppress(OSError):
        for ballot in decoded(folder / VOTES, _decoder.decode, MAX_LINE):
            if ballot.first <= ballot.second:
                votes[ballot.first, ballot.second, ballot.by] = ballot.vote
            else:
                votes[ballot.second, ballot.first, ballot.by] = ballot.vote.swapped
    return votes


def unread_ballots(folder: Path) -> str:
    """Return what of the votes can't be read, in a sentence; "" for nothing."""
    return unread(folder / VOTES, _decoder.decode, MAX_LINE)


def votes_of(folder: Path, pairs: Sequence[Pair]) -> dict[Pair, Vote]:
    """Return what the person said of each pair, as of its two arms; not those without a vote."""
    return votes_on(pairs, said_by(ballots(folder), ""))


def said_by(said: Mapping[tuple[str, str, str], Vote], by: str) -> dict[tuple[str, str], Vote]:
    """Return the votes of one voter; the keys are those of the two rows, the smaller one first."""
    return {(first, second): vote for (first, second, voter), vote in said.items() if voter == by}


def votes_on(pairs: Iterable[Pair], said: Mapping[tuple[str, str], Vote]) -> dict[Pair, Vote]:
    """Return what one voter said of each pair, as of its two arms; not those without a vote."""
    votes = {}
    for pair in pairs:
        straight = pair.first <= pair.second
        vote = said.get((pair.first, pair.second) if straight else (pair.second, pair.first))
        if vote is not None:
            votes[pair] = vote if straight else vote.swapped
    return votes


class BallotBox:
    """The open file of votes. One voter at a time adds to it."""

    def __init__(self, folder: Path) -> None:
        """Open the file, and lock it. Raises VotesError."""
        self._path = folder / VOTES
        try:
            self._lock = Lock(folder / _LOCK)
        except HeldError as held:
            raise VotesError(f"somebody votes on {folder} already{held.who}; go on when that has ended") from None
        except OSError as error:
            raise self._trouble(error) from error
        self._sizes: list[tuple[int, int]] = []
        """The file's size in bytes before and after what was added here at a time."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def add(self, pair: Pair, vote: Vote) -> None:
        """Write a vote, which is of the pair's two arms. Raises VotesError."""
        ballot = Ballot(first=pair.first, second=pair.second, vote=vote)
        if pair.swapped:
            ballot = Ballot(first=pair.second, second=pair.first, vote=vote.swapped)
        self.add_all([ballot])

    def add_all(self, ballots: Iterable[Ballot]) -> None:
        """Write several votes at once, which are taken back together. Raises VotesError."""
        lines = b"".join(msgspec.json.encode(ballot) + b"\n" for ballot in ballots)
        try:
            sizes = append(self._path, lines)
        except OSError as error:
            raise self._trouble(error) from error
        self._sizes.append(sizes)

    def undo(self) -> None:
        """Take back the last vote that was added here. Raises VotesError, also if the file has changed since."""
        before, after = self._sizes[-1]
        try:
            descriptor = append_to(self._path)
            try:
                if os.fstat(descriptor).st_size != after:
                    raise VotesError(f"{self._path} was changed by somebody else, so the last vote stays")
                os.ftruncate(descriptor, before)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise self._trouble(error) from error
        self._sizes.pop()

    def _trouble(self, error: OSError) -> VotesError:
        return VotesError(f"{self._path} can't be written: {error.strerror or error}; no vote is lost that was kept")
