"""Compare two models at one position, as far as their lists tell."""

from typing import Final, NamedTuple

from alignscope.measure.bounds import Bounds
from alignscope.measure.distribution.cut_list import FLOAT32_SOFTMAX, CutList, Listed, NotATopListError, Vocabulary
from alignscope.measure.distribution.divergence import jensen_shannon, total_variation
from alignscope.measure.distribution.entropy import entropy, logprob
from alignscope.measure.distribution.matching import match
from alignscope.measure.distribution.ranks import Ranks, rank
from alignscope.measure.shift.classes import Shift, shift_of
from alignscope.model.score import Missing, Position

_MOST_CUT: Final = 1000
"""Length of the longest list that a server cuts."""


class Side(NamedTuple):
    """The figures of one model for the token at a position."""

    logprob: Bounds | None = None
    """Natural logarithm of the token's probability; None without a list."""
    rank: int | None = None
    """From 1; None if it isn't in the list, or if its text doesn't tell which token it is."""
    beyond: int | None = None
    """Length of the list, if the token isn't in it."""
    covered: float | None = None
    """Probability of all listed tokens together; None without a list."""


class Comparison(NamedTuple):
    """A position of a reply, with the figures of its own model and of another one."""

    position: int
    """From 0."""
    token: str
    end: bool
    """Whether it is the place at which the reply ended."""
    own: Side
    other: Side
    shift: Shift
    """How the token stands in the other model's list."""
    by_itself: Shift
    """How it stands in its own model's list, which is what sampling alone shifts."""
    missing: Missing | None
    """Why the other model has no list here."""
    entropy: Bounds | None
    """Of the other model's distribution, in nats."""
    tv: Bounds | None
    """Total variation of the two, from 0 to 1."""
    js: Bounds | None
    """Jensen–Shannon divergence of the two, in nats, from 0 to ln 2."""


def compare(own: Position, other: Position, *, wanted: int) -> Comparison:
    """Compare two models' lists at one position.

    Args:
        wanted: the alternatives that were asked for. A server of whole distributions gives fewer where its vocabulary
            has no more.
    """
    mine, theirs = cut_of(own, wanted), cut_of(other, wanted)
    mine_at, theirs_at = _ranks(mine, own), _ranks(theirs, own)
    if own.end and other.missing is Missing.ENDS:
        there = Shift.UNSHIFTED  # both end here, whatever the rest of the list would say
    else:
        there = shift_of(theirs, theirs_at) if theirs and theirs_at else Shift.UNKNOWN
    matched = match(mine, theirs) if mine and theirs and not own.end else None
    return Comparison(
        own.index,
        own.token,
        own.end,
        _side(mine, own, mine_at),
        _side(theirs, own, theirs_at),
        there,
        shift_of(mine, mine_at) if mine and mine_at else Shift.UNKNOWN,
        other.missing,
        entropy(theirs) if theirs else None,
        total_variation(matched) if matched else None,
        jensen_shannon(matched) if matched else None,
    )


def cut_of(position: Position, wanted: int) -> CutList | None:
    """Return the list at a position; None without one, or if it isn't one of the likeliest tokens.

    Args:
        wanted: as in `compare`.
    """
    if position.missing or not position.alternatives:
        return None
    tops = [Listed(each.text, each.logprob) for each in position.alternatives]
    written = None if position.logprob is None else Listed(position.token, position.logprob)
    # Whole distributions come from the embedded engine, with more tokens than any other server's longest list.
    size = len(tops) if _MOST_CUT < len(tops) < wanted else None
    try:
        return CutList(tops, written, vocabulary=Vocabulary(size), sum_error=FLOAT32_SOFTMAX)
    except NotATopListError:
        return None


def _ranks(cut: CutList | None, position: Position) -> Ranks | None:
    """Return the rank that a position's token has in a list; None without a list, and at the end."""
    if cut is None or position.end:
        return None
    return rank(cut, Listed(position.token, position.logprob or 0.0))


def _side(cut: CutList | None, position: Position, ranks: Ranks | None) -> Side:
    if cut is None:
        return Side()
    if ranks is None:
        return Side(covered=cut.mass)
    exact = ranks.lo if ranks.listed and ranks.lo == ranks.hi else None
    token = Listed(position.token, position.logprob or 0.0)
    return Side(logprob(cut, token), exact, None if ranks.listed else cut.size, cut.mass)
