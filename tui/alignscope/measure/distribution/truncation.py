"""Truncated mass: the probability of all tokens that the samplers leave no chance to be drawn."""

import math
from dataclasses import dataclass

from alignscope.measure.bounds import Bounds
from alignscope.measure.distribution.cut_list import TOLERANCE, CutList


@dataclass(frozen=True, slots=True)
class Truncation:
    """The samplers that leave tokens out, in llama.cpp's order: top_k, then top_p, then min_p, then temperature.

    Temperature comes last there, so that it changes what none of the others keeps, except that 0 keeps only the
    likeliest token (llama.cpp, common/sampling.cpp and src/llama-sampler.cpp).
    """

    top_k: int = 0
    """The likeliest tokens to keep; 0 keeps all."""
    top_p: float = 1.0
    """The likeliest tokens that together reach this share of what top_k kept are kept."""
    min_p: float = 0.0
    """Tokens with less than this share of the likeliest one's probability aren't kept."""
    greedy: bool = False
    """Whether only the likeliest token is kept."""

    @property
    def keeps_all(self) -> bool:
        """Whether nothing is left out."""
        return self.top_k <= 0 and self.top_p >= 1 and self.min_p <= 0 and not self.greedy


def truncated_mass(cut: CutList, truncation: Truncation) -> Bounds:
    """Return the bounds of the probability that truncation leaves out, from 0 to 1, before any temperature.

    Each sampler keeps the likeliest tokens up to some place, so that all together keep those up to the first of these
    places, and what is kept is the least of what each would keep. Each of these is exact where its place lies within
    the list. Beyond it, top_p keeps at least its share, and less than that and the cap; min_p keeps the list, and
    nobody knows how much of the rest; top_k keeps the list, and as much more as the caps and the rest allow.
    """
    if truncation.keeps_all:
        return Bounds(0.0, 0.0)
    listed = _Listed(cut)
    first = listed.up_to(1)
    if truncation.greedy:
        kept = [Bounds(first, first)]
    else:
        within = listed.likeliest(truncation.top_k) if truncation.top_k > 0 else Bounds(1.0, 1.0)
        kept = [within]
        if truncation.top_p < 1:
            kept.append(listed.nucleus(truncation.top_p, within))
        if truncation.min_p > 0:
            kept.append(listed.over(truncation.min_p * first))
    # The likeliest token always stays.
    least, most = (max(first, min(each[end] for each in kept)) for end in (0, 1))
    pad = cut.mass_error
    lo = max(0.0, 1 - most - pad)
    return Bounds(lo, min(1.0, max(lo, 1 - least + pad)))


class _Listed:
    """The sums of a list's probabilities, the likeliest first, and what lies beyond it."""

    def __init__(self, cut: CutList) -> None:
        self._cut = cut
        self._tops = cut.probabilities[: cut.size]
        self._sums = [0.0]
        for probability in self._tops:
            self._sums.append(self._sums[-1] + probability)
        self._rest = 0.0 if cut.whole else max(0.0, 1 - self._sums[-1])
        self._slack = TOLERANCE + cut.mass_error

    def up_to(self, number: int) -> float:
        """Return what so many tokens have, or all of the list."""
        return self._sums[min(number, len(self._tops))]

    def likeliest(self, number: int) -> Bounds:
        """Return the bounds of what so many tokens have."""
        more = number - len(self._tops)
        listed = self.up_to(number)
        if more <= 0 or not self._rest:
            return Bounds(listed, listed)
        size = self._cut.vocabulary.size
        others = None if size is None else size - len(self._tops)
        # The next tokens have at least what they would have if all of the rest were alike.
        least = self._rest * min(1.0, more / others) if others else 0.0
        return Bounds(listed + least, listed + min(self._rest, more * self._cut.cap))

    def nucleus(self, share: float, within: Bounds) -> Bounds:
        """Return the bounds of what the likeliest tokens have that reach a share of what top_k kept.

        A sum that is off by less than it may be off may or may not reach it.
        """
        least, most = share * within.lo - self._slack, share * within.hi + self._slack
        at_least, at_most = self._reach(least), self._reach(most)
        lo = max(least, self._sums[-1]) if at_least is None else self._sums[at_least]
        hi = min(within.hi, most + self._cut.cap) if at_most is None else self._sums[at_most]
        return Bounds(lo, max(lo, hi))

    def over(self, threshold: float) -> Bounds:
        """Return the bounds of what the tokens have that have at least so much each."""
        # A softmax that is off makes both by the same factor too great; rounding does not.
        slack = threshold * (2 * self._cut.half_unit + TOLERANCE)
        least = sum(each >= threshold + slack for each in self._tops)
        most = sum(each >= threshold - slack for each in self._tops)
        lo, hi = self._sums[least], self._sums[most]
        if self._rest and threshold - slack <= self._cut.cap:
            hi = 1.0  # an unlisted token may be as likely
        return Bounds(lo, hi)

    def _reach(self, share: float) -> int | None:
        """Return how many of the likeliest tokens reach a share; None if all of the list don't."""
        for number, mass in enumerate(self._sums):
            if number and mass >= share:
                return number
        if self._rest <= 0 or math.isclose(self._sums[-1], 1.0):
            return len(self._tops)
        return None
