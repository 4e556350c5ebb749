"""Votes between two panes."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from alignscope.measure.statistics.estimate import Estimate
from alignscope.measure.statistics.quantiles import LEVEL
from alignscope.measure.statistics.rates import rate
from alignscope.model.vote import Vote


class WinShare(NamedTuple):
    """The share of votes for the first pane, with ties counted in one of two ways."""

    with_ties_as_halves: Estimate | None
    """Among all votes, where neither reply being better is half a win."""
    without_ties: Estimate | None
    """Among the votes for one of the two."""
    votes: dict[Vote, int]


def win_share(prompts: Iterable[Sequence[Vote]], level: float = LEVEL) -> WinShare:
    """Return how often the first pane was preferred. Votes on one prompt are alike, so they are grouped by prompt."""
    grouped = [list(votes) for votes in prompts]

    def number(votes: Sequence[Vote], *kinds: Vote) -> int:
        return sum(vote in kinds for vote in votes)

    halves = [(number(v, Vote.FIRST) + number(v, Vote.TIE, Vote.BOTH_BAD) / 2, len(v)) for v in grouped]
    decided = [(float(number(v, Vote.FIRST)), number(v, Vote.FIRST, Vote.SECOND)) for v in grouped]
    return WinShare(
        rate(halves, level),
        rate(decided, level),
        {kind: sum(number(votes, kind) for votes in grouped) for kind in Vote},
    )
