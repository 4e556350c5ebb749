"""The turns of a session as pairs of replies to vote on, blind."""

import random
from collections.abc import Callable
from itertools import combinations
from typing import Final, NamedTuple

from alignscope.lab.votes.index import Pair
from alignscope.lab.votes.poll import in_order
from alignscope.lab.votes.standing import sentences, standing_of
from alignscope.model.events import End
from alignscope.model.reply import Reply
from alignscope.model.session import Session, SessionError
from alignscope.model.turn import ReplyKey, Turn, Two
from alignscope.model.vote import Shown, Vote, VotesError
from alignscope.sessions.format import documents
from alignscope.sessions.recording.writer import Writer

NO_PAIRS: Final = "has no two whole replies to one prompt, so there is nothing to vote on"
Keep = Callable[[Turn, Two, Vote | None], None]
"""Keeps a vote on two replies of a turn, or takes it back. Raises VotesError."""


class _Pair(NamedTuple):
    turn: Turn
    first: ReplyKey
    second: ReplyKey


class SessionPoll:
    """A person's votes on a session's turns; a `Poll` of votes.

    A pair is two panes' replies with the same number, or two samples of the only pane that a turn has.
    """

    def __init__(self, session: Session, keep: Keep) -> None:
        """Find the pairs, which come in an order of chance that is always the same, the first samples first."""
        self._keep = keep
        self._name = session.name or session.created.isoformat()
        pairs = [pair for turn in session.turns for pair in _pairs(turn)]
        self._pairs = sorted(pairs, key=lambda pair: (min(pair.first[1], pair.second[1]), self._chance("place", pair)))

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self._pairs)

    def vote(self, place: int) -> Vote | None:
        """Return what was said of a pair, as of its panes in the lineup's order; None where nothing was."""
        turn, *two = self._pairs[place]
        voted = turn.votes.get((min(two), max(two)))
        return None if voted is None else voted.vote if two[0] < two[1] else voted.vote.swapped

    def swapped(self, place: int) -> bool:
        """Return whether the second reply is shown as A: by chance, and the same whenever it is shown."""
        return self._chance("side", self._pairs[place]) < 0.5

    def done(self, place: int) -> bool:
        """Return whether a pair has a vote."""
        return self.vote(place) is not None

    def shown(self, place: int) -> Shown | None:
        """Return a pair's texts."""
        turn, first, second = self._pairs[place]
        return Shown(turn.prompt, in_order(self.swapped(place), turn.text(*first), turn.text(*second)))

    def names(self, place: int) -> tuple[str, ...]:
        """Return whose replies a pair has, A's first, with the number of the sample where there are several."""
        turn, *two = self._pairs[place]
        first, second = (pane if turn.samples == 1 else f"{pane} {sample}" for pane, sample in two)
        return in_order(self.swapped(place), first, second)

    def add(self, place: int, said: Vote) -> None:
        """Keep a vote on the two as they are shown. Raises VotesError."""
        turn, first, second = self._pairs[place]
        a, b = (second, first) if self.swapped(place) else (first, second)
        self._keep(turn, (a, b), said)
        turn.put_vote(a, b, said)

    def undo(self, place: int) -> None:
        """Take a vote back. Raises VotesError."""
        turn, first, second = self._pairs[place]
        self._keep(turn, (first, second), None)
        turn.put_vote(first, second, None)

    def standing(self) -> list[str]:
        """Return in sentences how the votes stand, for every two panes."""
        lengths: dict[str, int] = {}
        by_panes: dict[tuple[str, str], list[tuple[Pair, Vote | None]]] = {}
        alone = 0
        for place, (turn, first, second) in enumerate(self._pairs):
            if first[0] == second[0]:
                alone += self.vote(place) is not None
                continue
            keys = [f"{turn.number} {sample} {pane}" for pane, sample in (first, second)]
            lengths |= {key: len(turn.text(*reply).strip()) for key, reply in zip(keys, (first, second), strict=True)}
            # One prompt that was sent in several turns is one prompt.
            pair = Pair(("", turn.prompt), *keys)
            by_panes.setdefault((first[0], second[0]), []).append((pair, self.vote(place)))
        lines = []
        for panes, pairs in by_panes.items():
            votes = {pair: vote for pair, vote in pairs if vote is not None}
            lines += sentences(standing_of(votes, len(pairs), panes, length=lengths.__getitem__))
        if alone:
            lines.append(f"{alone:,} voted on between samples of one pane.")
        return lines

    def _chance(self, what: str, pair: _Pair) -> float:
        return random.Random(f"{what} {self._name} {pair.turn.number} {pair.first} {pair.second}").random()


def _pairs(turn: Turn) -> list[_Pair]:
    whole = {key: reply for key, reply in turn.replies.items() if _counts(reply)}
    panes = [pane.name for pane in turn.lineup if any(name == pane.name for name, _ in whole)]
    if len(panes) == 1:
        samples = sorted(whole)
        return [_Pair(turn, one, other) for one, other in zip(samples[::2], samples[1::2], strict=False)]
    return [
        _Pair(turn, (one, sample), (other, sample))
        for one, other in combinations(panes, 2)
        for sample in sorted({number for _, number in whole})
        if (one, sample) in whole and (other, sample) in whole
    ]


def _counts(reply: Reply) -> bool:
    """Return whether a reply came to its own end, and began with itself."""
    return reply.end is not None and not reply.end.failed and reply.end is not End.CANCELLED and reply.origin is None


def kept_in(writer: Writer) -> Keep:
    """Return what keeps votes in a session's file."""

    def keep(turn: Turn, two: Two, vote: Vote | None) -> None:
        try:
            writer.append(documents.vote(turn.number, two, vote))
        except (OSError, SessionError) as error:
            raise VotesError(f"{writer.path} can't be written: {error}; no vote is lost that was kept") from error

    return keep
