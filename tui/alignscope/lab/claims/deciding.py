"""Decide a claim by the p values and intervals of its comparisons."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from alignscope.measure.statistics.margins import Chances
from alignscope.measure.statistics.quantiles import LEVEL
from alignscope.measure.statistics.verdicts import Verdict, holm


class Decided(NamedTuple):
    """The decision on one comparison."""

    verdict: Verdict
    p: float | None
    """The smaller of its two p values; None where nothing could be tested."""
    p_holm: float | None


def of_parts(chances: Sequence[Chances | None]) -> list[Decided]:
    """Decide each comparison of a claim.

    Yes or no where the p of the one or the other is small enough after Holm's correction (Holm 1979) for all of the
    claim's comparisons; else it can't be told. One that couldn't be tested counts in that number, or less data would
    make the others surer.
    """
    adjusted = holm([1.0 if each is None else min(each) for each in chances])
    return [
        Decided(Verdict.CANT_TELL, None, None) if each is None else _one(each, p)
        for each, p in zip(chances, adjusted, strict=True)
    ]


def alone(chances: Chances | None) -> Decided:
    """Decide an exploratory comparison: by itself, with no p adjusted."""
    if chances is None:
        return Decided(Verdict.CANT_TELL, None, None)
    return _one(chances, min(chances))._replace(p_holm=None)


def _one(chances: Chances, adjusted: float) -> Decided:
    small = adjusted < 1 - LEVEL
    side = Verdict.YES if chances.holds < chances.fails else Verdict.NO
    return Decided(side if small else Verdict.CANT_TELL, min(chances), adjusted)


def together(verdicts: Sequence[Verdict], decide: Literal["all", "any"]) -> Verdict:
    """Return the answer to a claim.

    Where all parts have to hold, one that fails is enough for a no; where one is enough, one that holds is for a yes.
    Without that, a part that can't be told leaves the whole open.
    """
    enough, other = (Verdict.NO, Verdict.YES) if decide == "all" else (Verdict.YES, Verdict.NO)
    if enough in verdicts:
        return enough
    return other if verdicts and all(each is other for each in verdicts) else Verdict.CANT_TELL
