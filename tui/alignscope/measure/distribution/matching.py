"""Two cut lists at one position, token by token: what both have, what only one has, and what neither has."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from alignscope.measure.distribution.cut_list import CutList, Key

_END: Final = -1
"""Key of the one event that all tokens which end a reply are; no token has such a number."""


class Side(NamedTuple):
    """The part of a list beside the tokens that both lists have."""

    only: list[float]
    """Probabilities of the tokens that the other list doesn't have, likeliest first, without those that have none."""
    rest: float
    """Probability of everything else: what is unlisted, and tokens whose text doesn't tell which they are."""
    cap: float
    """The most that this list's model gives to a token of the other's `only`."""
    loose_end: float
    """The most that end tokens outside this list can have, which belong to the end and are counted in the rest."""

    @property
    def outside(self) -> float:
        """Probability of everything that the two lists don't share."""
        return self.rest + sum(self.only)


class Matched(NamedTuple):
    """Two lists, matched by the tokens' numbers where both have them, and else by text."""

    common: list[tuple[float, float]]
    """Probabilities of the tokens that both have: first, second."""
    first: Side
    second: Side
    error: float
    """What either list's probabilities may be off by, as a share of them."""
    mass_error: float
    """What either list's sum may be off by."""


class _Keys(NamedTuple):
    """The keys by which both of two lists know tokens."""

    first: Sequence[Key]
    """Of the first list's tokens, in their order."""
    second: Sequence[Key]
    unclear: frozenset[Key]
    """Those that don't tell which token it is."""


def _keys(first: CutList, second: CutList) -> _Keys:
    if first.numbered and second.numbered:
        return _Keys(first.numbers, second.numbers, frozenset())
    return _Keys(first.texts, second.texts, first.ambiguous | second.ambiguous)


def comparable(first: CutList, second: CutList) -> tuple[dict[Key, float], dict[Key, float]]:
    """Return each list's probabilities by what both lists know tokens by, without those of which that can't be told."""
    keys = _keys(first, second)
    return _known(first, keys.first, keys.unclear), _known(second, keys.second, keys.unclear)


def _known(cut: CutList, keys: Sequence[Key], unclear: frozenset[Key]) -> dict[Key, float]:
    found = dict(zip(keys, cut.probabilities, strict=True))
    for key in unclear:
        found.pop(key, None)
    return found


def match(first: CutList, second: CutList) -> Matched:
    """Match two lists from one position. They must come from the same prefix and the same tokenizer.

    A text that may stand for several tokens says nothing about which of the other model's it is. Such tokens go to the
    rest on both sides, which makes bounds coarser and keeps them true; taken for the same token, or for different ones,
    they would make bounds that are false.
    """
    keys = _keys(first, second)
    ps = _ends_as_one(first, keys.first, keys.unclear)
    qs = _ends_as_one(second, keys.second, keys.unclear)
    common = [(p, qs[key]) for key, p in ps.items() if key in qs]
    only_p = sorted([ps[key] for key in ps.keys() - qs.keys() if ps[key] > 0], reverse=True)
    only_q = sorted([qs[key] for key in qs.keys() - ps.keys() if qs[key] > 0], reverse=True)
    return Matched(
        common,
        Side(only_p, _rest(first, ps, keys.first, keys.unclear), first.cap, first.loose_end),
        Side(only_q, _rest(second, qs, keys.second, keys.unclear), second.cap, second.loose_end),
        max(first.error, second.error),
        max(first.mass_error, second.mass_error),
    )


def _ends_as_one(cut: CutList, keys: Sequence[Key], unclear: frozenset[Key]) -> dict[Key, float]:
    """Return probabilities by key, in which all tokens that end a reply are one."""
    known = _known(cut, keys, unclear)
    if not cut.vocabulary.ends:
        return known
    both = zip(keys, cut.tokens, cut.probabilities, strict=True)
    ends = [(key, p) for key, token, p in both if key in known and token.among(cut.vocabulary.ends)]
    for key, p in ends:
        known.pop(key, None)
        known[_END] = known.get(_END, 0.0) + p
    return known


def _rest(cut: CutList, found: dict[Key, float], keys: Sequence[Key], unclear: frozenset[Key]) -> float:
    """Return the probability of all that isn't found by a key."""
    return cut.rest if unclear.isdisjoint(keys) else max(0.0, 1.0 - math.fsum(found.values()))
