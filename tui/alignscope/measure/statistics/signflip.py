"""The sign-flip test: whether the differences could as well have had other signs."""

import math
import random
from collections.abc import Sequence
from typing import Final, NamedTuple

EXACT: Final = 12
"""Up to so many prompts every pattern of signs is tried."""
DRAWS: Final = 10_000
LEAST_DIFFERENT: Final = 6
"""With fewer prompts that differ, no pattern of signs is rare enough for 5 %."""
_SAME: Final = 1e-9
_BYTE: Final = 8


class SignFlip(NamedTuple):
    """A test that two models answer each prompt alike, which is more than having equal means."""

    p: float
    different: int
    """Number of prompts that differ."""
    exact: bool
    """Whether every pattern of signs was tried, and not `DRAWS` at random."""

    @property
    def can_tell(self) -> bool:
        """Whether so many prompts differ that p could be under 0.05 at all."""
        return self.different >= LEAST_DIFFERENT


def sign_flip(differences: Sequence[float], *, seed: int = 0, draws: int = DRAWS) -> SignFlip:
    """Return the share of sign patterns for which the sum is as far from 0 as it is (Fisher 1935).

    Prompts that don't differ stay in. Beyond `EXACT` prompts, patterns are drawn at random, and the one that was seen
    counts as another, so that p is never 0 (Phipson and Smyth 2010).

    Args:
        seed: of the drawn patterns: the same gives the same p.
    """
    observed = abs(math.fsum(differences)) - _SAME
    different = sum(abs(each) > _SAME for each in differences)
    sums = _sums_by_byte(differences)
    if len(differences) <= EXACT:
        patterns = 1 << len(differences)
        extreme = sum(abs(_sum(sums, pattern)) >= observed for pattern in range(patterns))
        return SignFlip(extreme / patterns, different, exact=True)
    chance = random.Random(seed)
    extreme = sum(abs(_sum(sums, chance.getrandbits(len(differences)))) >= observed for _ in range(draws))
    return SignFlip((1 + extreme) / (1 + draws), different, exact=False)


def _sums_by_byte(differences: Sequence[float]) -> list[list[float]]:
    """Return the sums of each eight differences under all patterns of signs: a set bit turns a sign."""
    tables = []
    for start in range(0, len(differences), _BYTE):
        sums = [math.fsum(differences[start : start + _BYTE])]
        for each in differences[start : start + _BYTE]:
            sums += [total - 2 * each for total in sums]
        tables.append(sums)
    return tables


def _sum(tables: list[list[float]], pattern: int) -> float:
    total = 0.0
    for table in tables:
        total += table[pattern & (len(table) - 1)]
        pattern >>= _BYTE
    return total
