"""The pairs of a run, shown one after the other to be voted on."""

from alignscope.lab.summary.rows import Arm
from alignscope.lab.votes.ballots import BallotBox, votes_of
from alignscope.lab.votes.index import Index
from alignscope.lab.votes.standing import lengths, sentences, standing_of
from alignscope.model.vote import Shown, Vote


class RunPoll:
    """A person's votes between two arms of a run; a `Poll`."""

    def __init__(self, index: Index, box: BallotBox, arms: tuple[Arm, Arm]) -> None:
        """Take the pairs of two arms, with the votes that there are."""
        self._index, self._box = index, box
        self._labels = (index.label(arms[0]), index.label(arms[1]))
        self._pairs = index.pairs(*arms)
        self._votes = votes_of(index.folder, self._pairs)

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self._pairs)

    def vote(self, place: int) -> Vote | None:
        """Return what was said of a pair; None where nothing was."""
        return self._votes.get(self._pairs[place])

    def turned(self, place: int) -> bool:
        """Return whether the second arm's reply is shown as A."""
        return self._pairs[place].turned

    def shown(self, place: int) -> Shown | None:
        """Return a pair's texts; None if they can't be read any more."""
        rows = self._index.replies(self._pairs[place])
        return None if rows is None else Shown(rows[0].prompt, rows[0].text, rows[1].text)

    def names(self, place: int) -> tuple[str, str]:
        """Return the labels of the two arms."""
        return self._labels

    def add(self, place: int, vote: Vote) -> None:
        """Keep a vote. Raises VotesError."""
        self._box.add(self._pairs[place], vote)
        self._votes[self._pairs[place]] = vote

    def undo(self, place: int) -> None:
        """Take back the last vote that was added here. Raises VotesError."""
        self._box.undo()
        del self._votes[self._pairs[place]]

    def standing(self) -> list[str]:
        """Return in sentences how the votes stand."""
        return sentences(standing_of(self._votes, len(self), self._labels, length=lengths(self._index)))
