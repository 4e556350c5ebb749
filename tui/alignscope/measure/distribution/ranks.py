"""Ranks in a cut list, and how far two lists agree on the order of tokens.

A token's rank is 1 plus the number of tokens with a strictly greater probability.
"""

import math
from bisect import bisect_left
from itertools import combinations
from operator import neg
from typing import Final, NamedTuple

from alignscope.measure.bounds import Bounds
from alignscope.measure.distribution.cut_list import TOLERANCE, CutList, Listed
from alignscope.measure.distribution.matching import comparable

_GUARD: Final = 1e-9
"""Rounding in our own sums: it keeps a quotient that is a whole number from becoming the next one."""


class Ranks(NamedTuple):
    """The ranks that a token can have, from 1."""

    lo: int
    hi: int | None
    """None where nothing bounds it."""
    listed: bool = True
    """Whether the token is in the server's list."""


def rank(cut: CutList, token: Listed, *, tolerance: float = 0.0) -> Ranks:
    """Return the rank of a token in the whole distribution.

    It is exact for a listed token, tied with the last one or not. An unlisted one whose probability is known is
    bounded: n tokens above it use up more than n times its probability, and what they leave must fit into the others.
    Any other comes after the list, in the server's order. All tokens that end a reply have the rank of their sum.

    Args:
        tolerance: the difference of probabilities up to which the order of two tokens is an accident of rounding. Both
            orders are then possible.
    """
    if len(cut.vocabulary.ends) > 1 and token.among(cut.vocabulary.ends):
        return _end_rank(cut, tolerance)
    places = cut.places_of(token)
    if not cut.tells_apart(token):
        ranks = [_listed_rank(cut, place, tolerance) for place in places]
        lo = min([each.lo for each in ranks], default=1)
        # Where the list itself shows that several tokens have the text, it is one of those; else it may be another one.
        highest = [each.hi for each in ranks if each.hi is not None] if cut.lists_all(token) else []
        return Ranks(lo, max(highest) if highest and len(highest) == len(ranks) else None, listed=bool(places))
    if not places:
        return Ranks(cut.size + 1, None, listed=False)
    if places[0] < cut.size:
        return _listed_rank(cut, places[0], tolerance)
    return _written_rank(cut, cut.probabilities[places[0]], tolerance)


def _listed_rank(cut: CutList, place: int, tolerance: float) -> Ranks:
    probability = cut.probabilities[place]
    slack = tolerance + 2 * cut.half_unit * probability
    known = cut.probabilities[cut.size :]  # the written token, which is at most as likely as the list's last, or so
    above = _over(cut, probability + slack) + sum(each > probability + slack for each in known)
    near = _over(cut, probability - slack) + sum(each > probability - slack for each in known) - (slack > 0)
    return Ranks(1 + above, _plus(1 + near, _at_most(cut, probability - slack)))


def _over(cut: CutList, limit: float) -> int:
    """Return how many tokens of the server's list have more than a limit."""
    return bisect_left(cut.probabilities, -limit, hi=cut.size, key=neg)


def _written_rank(cut: CutList, probability: float, tolerance: float) -> Ranks:
    """Return the rank of a token outside the list whose probability is known."""
    slack = tolerance + 2 * cut.half_unit * probability
    above = _over(cut, probability + slack)
    near = _over(cut, probability - slack)
    least = 0
    if cut.unlisted is not None and cut.last > probability + slack:
        over = cut.rest - cut.mass_error - TOLERANCE - cut.unlisted * (probability + slack)
        least = max(0, math.ceil(over / (cut.last - probability - slack) - _GUARD))
    return Ranks(1 + above + least, _plus(1 + near, _at_most(cut, probability - slack)), listed=False)


def _end_rank(cut: CutList, tolerance: float) -> Ranks:
    """Return the rank of the end, which all tokens that end a reply are together."""
    end = math.fsum(cut.listed_ends)
    slack = tolerance + 2 * cut.half_unit * end
    others = [p for token, p in zip(cut.tokens, cut.probabilities, strict=True) if not token.among(cut.vocabulary.ends)]
    above = sum(each > end + slack + cut.loose_end for each in others)
    if not cut.listed_ends:
        return Ranks(1 + above, None, listed=False)
    near = sum(each > end - slack for each in others)
    return Ranks(1 + above, _plus(1 + near, _at_most(cut, end - slack)))


def _at_most(cut: CutList, probability: float) -> int | None:
    """Return how many unlisted tokens can have more than a probability; None if nothing bounds it."""
    if probability >= cut.last:
        return 0
    if probability <= _GUARD:
        return cut.unlisted
    most = math.floor((cut.rest + cut.mass_error + TOLERANCE) / probability + _GUARD)
    return most if cut.unlisted is None else min(most, cut.unlisted)


def _plus(number: int, more: int | None) -> int | None:
    return None if more is None else number + more


class RankCorrelation(NamedTuple):
    """The agreement of two distributions on the order of some tokens."""

    tau: Bounds
    """Kendall's tau: pairs in the same order less pairs in opposite orders, over all pairs; between -1 and 1."""
    tokens: int


def overlap_correlation(first: CutList, second: CutList) -> RankCorrelation | None:
    """Return Kendall's tau over the tokens that both lists have; None if they share fewer than two.

    It knows nothing of tokens that left a list, so it is shown with the number of tokens, and `union_correlation`.
    """
    ps, qs = comparable(first, second)
    return _correlation([(ps[key], qs[key]) for key in ps if key in qs], first, second)


def union_correlation(first: CutList, second: CutList) -> RankCorrelation | None:
    """Return Kendall's tau over the tokens that either list has; None for fewer than two.

    A token that a list doesn't have comes after those that it has. The order of two that it doesn't have is open
    (Fagin, Kumar and Sivakumar 2003). The time is quadratic in the number of tokens: cut whole lists first.
    """
    ps, qs = comparable(first, second)
    return _correlation([(ps.get(key), qs.get(key)) for key in dict.fromkeys((*ps, *qs))], first, second)


def _correlation(
    tokens: list[tuple[float | None, float | None]], first: CutList, second: CutList
) -> RankCorrelation | None:
    pairs = len(tokens) * (len(tokens) - 1) // 2
    if not pairs:
        return None
    lo = hi = 0
    for (p, q), (other_p, other_q) in combinations(tokens, 2):
        p_lo, p_hi = _order(p, other_p, first)
        q_lo, q_hi = _order(q, other_q, second)
        products = (p_lo * q_lo, p_lo * q_hi, p_hi * q_lo, p_hi * q_hi)
        lo += min(products)
        hi += max(products)
    return RankCorrelation(Bounds(lo / pairs, hi / pairs), len(tokens))


def _order(one: float | None, other: float | None, cut: CutList) -> tuple[int, int]:
    """Return the least and greatest sign of one probability minus another; None stands for one that isn't listed."""
    if one is not None and other is not None:
        if one == other and cut.half_unit:
            return -1, 1
        return (1, 1) if one > other else (-1, -1) if one < other else (0, 0)
    if one is not None:
        return _over_unlisted(one, cut), 1
    return -1, 1 if other is None else -_over_unlisted(other, cut)


def _over_unlisted(probability: float, cut: CutList) -> int:
    """Return the least sign of a listed token's probability minus an unlisted one's."""
    if probability > cut.last or probability * (1 - cut.error) > cut.rest + cut.mass_error + TOLERANCE:
        return 1
    # The last of the list may be tied with one that isn't listed, but not come after it.
    return 0 if probability == cut.last else -1
