"""Agreement of two labellers beyond chance."""

import math
import random
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Final, NamedTuple

from alignscope.measure.bounds import Bounds
from alignscope.measure.statistics.estimate import LEAST_PROMPTS
from alignscope.measure.statistics.quantiles import LEVEL

DRAWS: Final = 2_000
Labels = tuple[Hashable, Hashable]
"""What the two labellers said of one reply."""


class Agreement(NamedTuple):
    """The agreement of two labellers. The labels must have been given blind, on replies that were drawn at random."""

    share: float
    """Of replies with equal labels."""
    by_label: dict[Hashable, float]
    """Of each label, the share of equal ones among the times that either gave it: positive and negative agreement, with
    two labels (Cicchetti and Feinstein 1990)."""
    kappa: float | None
    """Cohen's kappa (1960): what is beyond chance, of what could be; None where only one label occurs."""
    interval: Bounds | None
    """Of kappa, by drawing prompts anew; None for too few prompts, or if many draws have one label only."""
    replies: int
    prompts: int


def agreement(
    prompts: Sequence[Sequence[Labels]], *, level: float = LEVEL, draws: int = DRAWS, seed: int = 0
) -> Agreement | None:
    """Return how far two labellers agree over replies that are grouped by prompt; None without any.

    Args:
        draws: of as many prompts as there are, for the interval.
        seed: of the draws: the same gives the same interval.
    """
    counts = [Counter(labels) for labels in prompts if labels]
    every = _together(counts)
    total = every.total()
    if not total:
        return None
    labels = {label for both in every for label in both}
    by_label = {
        label: 2 * every[label, label] / sum(number * both.count(label) for both, number in every.items())
        for label in sorted(labels, key=str)
    }
    return Agreement(
        share=sum(number for (one, other), number in every.items() if one == other) / total,
        by_label=by_label,
        kappa=_kappa(every),
        interval=_interval(counts, level, draws, seed) if len(counts) >= LEAST_PROMPTS else None,
        replies=total,
        prompts=len(counts),
    )


def _kappa(counts: Counter[Labels]) -> float | None:
    total = counts.total()
    agreed = sum(number for (one, other), number in counts.items() if one == other) / total
    firsts, seconds = Counter[Hashable](), Counter[Hashable]()
    for (one, other), number in counts.items():
        firsts[one] += number
        seconds[other] += number
    by_chance = sum(firsts[label] * seconds[label] for label in firsts) / (total * total)
    return (agreed - by_chance) / (1 - by_chance) if by_chance < 1 else None


def _interval(counts: Sequence[Counter[Labels]], level: float, draws: int, seed: int) -> Bounds | None:
    """Return the percentile interval of the bootstrap over prompts (Efron 1979); draws with one label are left out."""
    chance = random.Random(seed)
    drawn = (_kappa(_together(chance.choices(counts, k=len(counts)))) for _ in range(draws))
    kappas = sorted(kappa for kappa in drawn if kappa is not None)
    if len(kappas) < level * draws:
        return None
    return Bounds(_percentile(kappas, (1 - level) / 2), _percentile(kappas, (1 + level) / 2))


def _percentile(ascending: Sequence[float], share: float) -> float:
    """Return a percentile, between neighbours where it falls there."""
    place = share * (len(ascending) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ascending) - 1)
    return ascending[below] + (place - below) * (ascending[above] - ascending[below])


def _together(counts: Sequence[Counter[Labels]]) -> Counter[Labels]:
    total = Counter[Labels]()
    for each in counts:
        for both, number in each.items():
            total[both] += number
    return total
