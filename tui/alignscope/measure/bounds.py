"""Bounds of a figure that a cut list doesn't fix."""

import math
from collections.abc import Iterable
from typing import Final, NamedTuple

BITS: Final = 1 / math.log(2)
"""Bits in a nat."""


class Bounds(NamedTuple):
    """The least and the greatest value that a figure can have, given what is known."""

    lo: float
    """Minus infinity where nothing bounds it from below."""
    hi: float
    """Infinity where nothing bounds it from above."""

    @property
    def finite(self) -> tuple[float | None, float | None]:
        """Both ends for a file: None for an infinite one, which JSON can't hold."""
        return (self.lo if math.isfinite(self.lo) else None, self.hi if math.isfinite(self.hi) else None)

    @property
    def in_bits(self) -> "Bounds":
        """The same of a figure in nats."""
        return Bounds(self.lo * BITS, self.hi * BITS)

    def met(self, tolerance: float = 1e-6) -> bool:
        """Return whether both ends are the same value, which then is the exact one."""
        return self.hi - self.lo <= tolerance

    def exp(self) -> "Bounds":
        """Return the bounds of the exponential: of effective choices, from those of an entropy."""
        return Bounds(_exp(self.lo), _exp(self.hi))


def mean_bounds(each: Iterable[Bounds]) -> Bounds | None:
    """Return the bounds of the mean, which are the means of the bounds; None without any."""
    every = list(each)
    if not every:
        return None
    return Bounds(
        math.fsum(bounds.lo for bounds in every) / len(every), math.fsum(bounds.hi for bounds in every) / len(every)
    )


def difference_bounds(first: Bounds, second: Bounds) -> Bounds:
    """Return the bounds of first minus second, whatever the true values are."""
    return Bounds(first.lo - second.hi, first.hi - second.lo)


def _exp(value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf
