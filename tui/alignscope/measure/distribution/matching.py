"""Two cut lists at one position, token by token: what both have, what only one has, and what neither has."""

import math
from typing import Final, NamedTuple

from alignscope.measure.distribution.cut_list import CutList, Key, Listed

Known = tuple[Key, Listed, float]
"""A token of one list with its probability, by what it is looked for in another list."""
_END: Final = None
"""Key of the one event that all tokens which end a reply are."""


class Side(NamedTuple):
    """What one of two lists has beside the tokens that both have."""

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


def comparable(first: CutList, second: CutList) -> tuple[list[Known], list[Known]]:
    """Return each list's tokens by what both lists know tokens by, without those of which that can't be told."""
    by_number = first.numbered and second.numbered
    unclear = frozenset() if by_number else first.ambiguous | second.ambiguous

    def known(cut: CutList) -> list[Known]:
        both = zip(cut.tokens, cut.probabilities, strict=True)
        if by_number:
            return [(token.id, token, p) for token, p in both if token.id is not None]
        return [(token.text, token, p) for token, p in both if token.text not in unclear]

    return known(first), known(second)


def match(first: CutList, second: CutList) -> Matched:
    """Match two lists from one position. They must come from the same prefix and the same tokenizer.

    A text that may stand for several tokens says nothing about which of the other model's it is. Such tokens go to the
    rest on both sides, which makes bounds coarser and keeps them true; taken for the same token, or for different ones,
    they would make bounds that are false.
    """
    known_p, known_q = comparable(first, second)
    ps, qs = _ends_as_one(first, known_p), _ends_as_one(second, known_q)
    common = [(p, qs[key]) for key, p in ps.items() if key in qs]
    only_p = sorted([p for key, p in ps.items() if p > 0 and key not in qs], reverse=True)
    only_q = sorted([q for key, q in qs.items() if q > 0 and key not in ps], reverse=True)
    return Matched(
        common,
        Side(only_p, _rest(first, known_p), first.cap, first.loose_end),
        Side(only_q, _rest(second, known_q), second.cap, second.loose_end),
        max(first.error, second.error),
        max(first.mass_error, second.mass_error),
    )


def _ends_as_one(cut: CutList, known: list[Known]) -> dict[Key | None, float]:
    """Return probabilities by key, in which all tokens that end a reply are one."""
    if not cut.vocabulary.ends:
        return {key: p for key, _, p in known}
    found: dict[Key | None, float] = {}
    for key, token, p in known:
        if token.among(cut.vocabulary.ends):
            found[_END] = found.get(_END, 0.0) + p
        else:
            found[key] = p
    return found


def _rest(cut: CutList, known: list[Known]) -> float:
    """Return the probability of all that isn't known by a key."""
    return cut.rest if len(known) == len(cut.tokens) else max(0.0, 1.0 - math.fsum(p for _, _, p in known))
