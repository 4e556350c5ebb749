"""The nucleus: the likeliest tokens that together have a share of the probability, and how many ways it leaves open."""

import math
from collections.abc import Iterable
from typing import Final

from alignscope.measure.bounds import Bounds, mean_bounds
from alignscope.measure.distribution.cut_list import TOLERANCE, CutList
from alignscope.measure.distribution.entropy import greatest_entropy, listed_entropy, smallest_entropy

SHARE: Final = 0.9
"""The share that nucleus sampling is most often used with (Holtzman et al. 2020)."""


def nucleus_entropy(cut: CutList, share: float = SHARE) -> Bounds:
    """Return the bounds of the entropy within the nucleus, renormalised, in nats.

    A list that holds the share decides the nucleus. Else the nucleus holds more: at least the share, and less than the
    share and the cap. Entropy after renormalising rises with each smaller token that is added (it majorises downward),
    so the least is at exactly the share, with tokens as large as the cap allows, and the greatest at the most, evenly
    spread over all unlisted tokens.
    """
    tops = cut.probabilities[: cut.size]
    slack = TOLERANCE + cut.mass_error
    # A sum that is off by less than it may be off may or may not hold the share: then both nuclei are possible.
    least, most = _prefix(tops, share - slack), _prefix(tops, share + slack)
    mass = math.fsum(tops)
    listed = listed_entropy(tops)
    # Each probability may be off by a factor of 1 + h, and what is left by D.
    pad = 2 * cut.error * (listed + 2)
    if least is not None:
        lo = _renormalised(tops[:least])
    elif cut.cap > 0:
        lo = (listed + max(0.0, share - mass) * math.log(1 / cut.cap)) / share + math.log(share)
    else:
        lo = _renormalised(tops)
    if most is not None:
        hi = _renormalised(tops[:most])
    else:
        unlisted = None if cut.vocabulary.size is None else cut.vocabulary.size - cut.size
        whole = min(1.0, share + min(cut.cap, max(0.0, 1 - mass)))
        hi = (listed + greatest_entropy(max(0.0, whole - mass), unlisted)) / whole + math.log(whole)
    lo = max(0.0, lo - (pad + smallest_entropy(cut.mass_error, cut.cap)) / share)
    return Bounds(lo, max(lo, hi + (pad + greatest_entropy(cut.mass_error, cut.vocabulary.size)) / share))


def branching_factor(cuts: Iterable[CutList], share: float = SHARE) -> Bounds | None:
    """Return the bounds of the branching factor over positions: among how many tokens it goes on, geometrically.

    It is the exponential of the mean entropy within the nucleus (Yang and Holtzman 2025). Positions whose list doesn't
    hold the share are bounded like the others: leaving them out would leave out the open ones. What it says depends on
    the sampling and the prompt's frame that led to these positions. None without any.
    """
    mean = mean_bounds(nucleus_entropy(cut, share) for cut in cuts)
    return None if mean is None else mean.exp()


def _prefix(descending: list[float], share: float) -> int | None:
    """Return how many of the likeliest tokens hold a share; None if all of them don't."""
    mass = 0.0
    for number, probability in enumerate(descending, start=1):
        mass += probability
        if mass >= share:
            return number
    return None


def _renormalised(probabilities: list[float]) -> float:
    mass = math.fsum(probabilities)
    return listed_entropy(probabilities) / mass + math.log(mass) if mass else 0.0
