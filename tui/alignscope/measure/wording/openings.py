"""Openings of the replies to one prompt."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

OPENING: Final = 3
"""Words of an opening, unless another number is asked for."""


class Openings(NamedTuple):
    """The openings of several replies to one prompt."""

    alike: float | None
    """The chance that two of them open alike, which doesn't depend on their number (Simpson 1949); None for fewer than
    two replies."""
    commonest: tuple[str, ...]
    """Words of the opening that most of them have; the first to come, if there are several."""
    share: float
    """Of replies with the commonest opening. Few replies make it too great for a model with many openings: it is
    compared at equal numbers of replies only."""
    replies: int


def openings(replies: Sequence[Sequence[str]], length: int = OPENING) -> Openings | None:
    """Return how replies begin; a shorter one's opening is all of it. None without any.

    Args:
        replies: to one prompt, as words.
        length: of an opening, in words.
    """
    if not replies:
        return None
    counts = Counter(tuple(reply[:length]) for reply in replies)
    [(commonest, number)] = counts.most_common(1)
    n = len(replies)
    alike = sum(count * (count - 1) for count in counts.values()) / (n * (n - 1)) if n > 1 else None
    return Openings(alike, commonest, number / n, n)
