"""Classes of a position by the rank that the aligned model's token has in the base model's distribution.

The classes are those of Lin et al. 2023 (The Unlocking Spell on Base LLMs, arXiv 2312.01552): rank 1 is unshifted, 2
and 3 are marginal, what comes later is shifted. A cut list splits the last one into `shifted` and `beyond`, at the
list's length, so that only both together can be compared.
"""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from alignscope.measure.bounds import Bounds
from alignscope.measure.distribution.cut_list import CutList, Listed
from alignscope.measure.distribution.ranks import Ranks, rank

_MARGINAL_RANK: Final = 3
"""The last rank that is marginal; a shorter list doesn't tell that class from the next."""


class Shift(StrEnum):
    """The class of a token by its place in the base model's list."""

    UNSHIFTED = "unshifted"
    MARGINAL = "marginal"
    SHIFTED = "shifted"
    """From rank 4 to the list's length."""
    BEYOND = "beyond"
    """Not in the list."""
    UNKNOWN = "unknown"
    """No list, one of fewer than three tokens, or a text that doesn't tell which token it is."""


def shift(base: CutList | None, token: Listed, *, tolerance: float = 0.0) -> Shift:
    """Return a token's class in the base model's list at the same prefix.

    Args:
        base: None where there is no list for this very prefix.
        tolerance: difference of probabilities up to which two ranks are an accident; see `rank`.
    """
    return Shift.UNKNOWN if base is None else shift_of(base, rank(base, token, tolerance=tolerance))


def shift_of(base: CutList, ranks: Ranks) -> Shift:
    """Return the class of a token whose rank in the base model's list is known."""
    if base.size < _MARGINAL_RANK:
        return Shift.UNKNOWN
    if ranks.lo > base.size:
        return Shift.BEYOND
    if ranks.hi is None:
        return Shift.UNKNOWN
    least, most = _by_rank(ranks.lo), _by_rank(ranks.hi)
    return least if least is most else Shift.UNKNOWN


def _by_rank(rank: int) -> Shift:
    if rank == 1:
        return Shift.UNSHIFTED
    return Shift.MARGINAL if rank <= _MARGINAL_RANK else Shift.SHIFTED


class Share(NamedTuple):
    """The number of positions of one class or of several, and what share that is."""

    found: int
    known: int
    """Number of positions with a known class: what `value` is a share of."""
    unknown: int

    @property
    def value(self) -> float | None:
        """The share among positions with a known class, which says nothing of the others; None if there are none."""
        return self.found / self.known if self.known else None

    @property
    def bounds(self) -> Bounds | None:
        """The share among all positions, if no unknown one is of the class and if all are; None without any."""
        every = self.known + self.unknown
        return Bounds(self.found / every, (self.found + self.unknown) / every) if every else None


class Summary(NamedTuple):
    """The classes of a reply's positions, or of several replies'. An interval is over prompts, never over positions."""

    counts: dict[Shift, int]
    """Of every class, also those that don't occur."""

    @property
    def positions(self) -> int:
        """Number of positions, the unknown ones among them."""
        return sum(self.counts.values())

    @property
    def shifted_or_beyond(self) -> Share:
        """The shifted positions of the literature, whose number doesn't depend on the list's length."""
        return self.share(Shift.SHIFTED, Shift.BEYOND)

    def share(self, *classes: Shift) -> Share:
        """Return the share of some classes together."""
        unknown = self.counts[Shift.UNKNOWN]
        return Share(sum(self.counts[each] for each in classes), self.positions - unknown, unknown)


def summarise(shifts: Iterable[Shift]) -> Summary:
    """Count the classes of positions."""
    counted = Counter(shifts)
    return Summary({each: counted[each] for each in Shift})
