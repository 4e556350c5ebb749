"""Verdicts: claims of no difference, and many tests at once."""

from collections.abc import Sequence
from enum import StrEnum

from alignscope.measure.statistics.estimate import Estimate


class Verdict(StrEnum):
    """Answer to a claim that something doesn't change."""

    YES = "yes"
    NO = "no"
    CANT_TELL = "can't tell"


def no_difference(difference: Estimate | None, margin: float) -> Verdict:
    """Return whether a difference is too small to matter: yes with its interval within the margin, no with it outside.

    That a difference can't be told from 0 says nothing (Schuirmann 1987; with an interval of 90 % this is his test at
    5 %).

    Args:
        margin: the greatest difference that doesn't matter, named before the run; more than 0.
    """
    if difference is None or difference.interval is None:
        return Verdict.CANT_TELL
    lo, hi = difference.interval
    if -margin < lo and hi < margin:
        return Verdict.YES
    return Verdict.NO if lo >= margin or hi <= -margin else Verdict.CANT_TELL


def holm(ps: Sequence[float]) -> list[float]:
    """Return p values adjusted for being several, in the same order (Holm 1979).

    Those up to 0.05 are a set of findings of which, in 95 % of such runs, none is chance.
    """
    order = sorted(range(len(ps)), key=ps.__getitem__)
    adjusted = [0.0] * len(ps)
    greatest = 0.0
    for place, index in enumerate(order):
        greatest = max(greatest, min(1.0, (len(ps) - place) * ps[index]))
        adjusted[index] = greatest
    return adjusted
