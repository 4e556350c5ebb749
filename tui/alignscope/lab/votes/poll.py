"""The pairs of a run, shown one after the other to be voted on."""

from alignscope.lab.summary.rows import Arm
from alignscope.lab.votes.ballots import BallotBox, votes_of
from alignscope.lab.votes.index import Index
from alignscope.lab.votes.standing import lengths, sentences, standing_of
from alignscope.model.vote import Shown, Vote


class RunPoll:
    """A person's votes between two arms of a run; a `Poll` of votes."""

    def __init__(self, index: Index, box: BallotBox, arms: tuple[Arm, Arm]) -> None:
        """Take the pairs of two arms, with the votes that there are."""
        self._index, self._box = index, box
        self._labels = (index.label(arms[0]), index.label(arms[1]))
        self._pairs = index.pairs(*arms)
        self._votes = votes_of(index.folder, self._pairs)

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self._pairs)

    def done(self, place: int) -> bool:
        """Return whether a pair has a vote."""
        return self._pairs[place] in self._votes

    def shown(self, place: int) -> Shown | None:
        """Return a pair's texts; None if they can't be read any more."""
        pair = self._pairs[place]
        rows = self._index.replies(pair)
        return None if rows is None else Shown(rows[0].prompt, in_order(pair.swapped, rows[0].text, rows[1].text))

    def names(self, place: int) -> tuple[str, ...]:
        """Return the labels of the two arms, that of A first."""
        return in_order(self._pairs[place].swapped, *self._labels)

    def add(self, place: int, said: Vote) -> None:
        """Keep a vote on the two as they are shown. Raises VotesError."""
        pair = self._pairs[place]
        vote = said.swapped if pair.swapped else said
        self._box.add(pair, vote)
        self._votes[pair] = vote

    def undo(self, place: int) -> None:
        """Take back the last vote that was added here. Raises VotesError."""
        self._box.undo()
        del self._votes[self._pairs[place]]

    def standing(self) -> list[str]:
        """Return in sentences how the votes stand."""
        return sentences(standing_of(self._votes, len(self), self._labels, length=lengths(self._index)))


def in_order(swapped: bool, first: str, second: str) -> tuple[str, str]:
    """Return the values of the first and the second arm in the order A, B."""
    return (second, first) if swapped else (first, second)
