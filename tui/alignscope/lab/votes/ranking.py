"""Several replies of a run ranked at once, which makes a vote on every two of them."""

import random
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final, NamedTuple

from alignscope.lab.summary.rows import Arm
from alignscope.lab.votes.ballots import Ballot, BallotBox, ballots, said_by
from alignscope.lab.votes.index import Index
from alignscope.lab.votes.poll import RunPoll
from alignscope.model.vote import Ranking, Shown, Vote
from alignscope.text.wording import counted

MOST: Final = 4
"""Replies that are ranked at once: more than four don't fit beside each other, and nobody keeps them apart."""


class _Group(NamedTuple):
    keys: tuple[str, ...]
    """Of rows, in the order in which they are shown."""
    labels: tuple[str, ...]


class RankPoll:
    """A person's rankings of a run's replies; a `Poll` of rankings.

    Of several arms, replies with one sample number to one prompt; of one arm, up to four of its samples.
    """

    def __init__(self, index: Index, box: BallotBox, arms: Sequence[Arm]) -> None:
        """Take the arms' replies, with the votes that there are, in an order of chance that is always the same."""
        self._index, self._box, self._arms = index, box, tuple(arms)
        groups = [_by_chance(number, keys) for number, keys in _groups(index, arms)]
        self._groups = [
            _Group(keys, tuple(index.label(index.arm_of(key)) for key in keys)) for _, _, keys in sorted(groups)
        ]
        self._voted = set(said_by(ballots(index.folder), ""))
        """Every two rows that the person has said something of, the smaller key first."""

    def __len__(self) -> int:
        """Return the number of groups."""
        return len(self._groups)

    def done(self, place: int) -> bool:
        """Return whether every two replies of a group have a vote."""
        return all((min(two), max(two)) in self._voted for two in combinations(self._groups[place].keys, 2))

    def shown(self, place: int) -> Shown | None:
        """Return a group's texts; None if they can't be read any more."""
        rows = [row for key in self._groups[place].keys if (row := self._index.row(key)) is not None]
        if len(rows) < len(self._groups[place].keys):
            return None
        return Shown(rows[0].prompt, tuple(row.text for row in rows))

    def names(self, place: int) -> tuple[str, ...]:
        """Return the labels of a group's arms, or the samples of the one arm."""
        group = self._groups[place]
        if len(self._arms) > 1:
            return group.labels
        rows = [self._index.row(key) for key in group.keys]
        return tuple(f"sample {row.sample if row else '?'}" for row in rows)

    def add(self, place: int, said: Ranking) -> None:
        """Keep a ranking, as a vote on every two replies. Raises VotesError."""
        keys = self._groups[place].keys
        self._box.add_all(
            Ballot(first=keys[one], second=keys[other], vote=_vote(said, one, other))
            for one, other in combinations(range(len(keys)), 2)
        )
        self._voted |= {(min(two), max(two)) for two in combinations(keys, 2)}

    def undo(self, place: int) -> None:
        """Take back what was added here last. Raises VotesError."""
        self._box.undo()
        self._voted = set(said_by(ballots(self._index.folder), ""))

    def standing(self) -> list[str]:
        """Return in sentences how the votes stand, for every two arms."""
        done = sum(self.done(place) for place in range(len(self)))
        lines = [f"{done:,} of {counted(len(self), 'group')} ranked."]
        for two in combinations(self._arms, 2):
            lines += RunPoll(self._index, self._box, two).standing()
        return lines


def in_words(said: Ranking) -> str:
    """Return a ranking as `B > A ~ C`."""
    if said.bad:
        return "all bad"
    return " > ".join(" ~ ".join(chr(ord("A") + place) for place in group) for group in said.groups)


def _vote(said: Ranking, one: int, other: int) -> Vote:
    if said.bad:
        return Vote.BOTH_BAD
    rank = {place: number for number, group in enumerate(said.groups) for place in group}
    return Vote.TIE if rank[one] == rank[other] else Vote.FIRST if rank[one] < rank[other] else Vote.SECOND


def _groups(index: Index, arms: Sequence[Arm]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the keys of replies that are ranked together, with a number that is small for those to come first."""
    if len(arms) == 1:
        for keys in index.samples(arms[0]).values():
            for start in range(0, len(keys), MOST):
                if len(part := tuple(keys[start : start + MOST])) > 1:
                    yield start, part
        return
    first, *others = arms
    found = {pair.first: [pair.first, pair.second] for pair in index.pairs(first, others[0])}
    for other in others[1:]:
        second = {pair.first: pair.second for pair in index.pairs(first, other)}
        found = {key: [*keys, second[key]] for key, keys in found.items() if key in second}
    for number, keys in enumerate(found.values()):
        yield number, tuple(keys)


def _by_chance(number: int, keys: tuple[str, ...]) -> tuple[int, float, tuple[str, ...]]:
    chance = random.Random(f"ranked {' '.join(keys)}")
    place = chance.random()
    return number, place, tuple(chance.sample(keys, len(keys)))
