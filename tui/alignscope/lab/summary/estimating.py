"""Estimate figures and differences from the means of prompts, by the rules in `measure.statistics`."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from alignscope.lab.summary.figures import Difference, Ends, Figure, Measured, bounds
from alignscope.lab.summary.measures.measure import Kind
from alignscope.measure.bounds import Bounds, difference_bounds
from alignscope.measure.statistics.estimate import LEAST_PROMPTS, Caveat, Estimate, Spanned
from alignscope.measure.statistics.means import bounded_mean
from alignscope.measure.statistics.paired import bounded_difference, outcomes, smallest_effect
from alignscope.measure.statistics.rates import bounded_rate
from alignscope.measure.statistics.signflip import sign_flip
from alignscope.measure.statistics.verdicts import holm, no_difference

ALL_ALIKE: Final = "every prompt alike"
"""Caveat of numbers whose spread is 0: an interval without width would claim certainty."""
OPEN: Final = "undetermined replies"
"""Caveat of figures between whose bounds no point is better than another."""
UNBOUNDED: Final = "no upper bound"
"""Caveat of figures that a cut list bounds from below only."""
NOT_PAIRED: Final = "prompts differ"
"""Caveat of a difference for which prompts fell out."""
_SAME: Final = 1e-9


class Means(NamedTuple):
    """The mean of a prompt's values, from that of their lower bounds to that of their upper ones."""

    lo: float
    hi: float
    values: int
    undetermined: int


def one(
    kind: Kind,
    prompts: Sequence[Means],
    asked: int | None = None,
    corrected: Callable[[float], float | None] | None = None,
) -> Figure | None:
    """Return a measure of one arm; None without any prompt.

    Args:
        asked: number of prompts that the arm was asked; None for as many as have values.
        corrected: returns what the measure's own error makes likely.
    """
    if kind is Kind.NUMBER:
        spanned = bounded_mean([Bounds(each.lo, each.hi) for each in prompts])
    else:
        # Values of a share aren't replies: each prompt is one, whose variance is at most that of a yes or no.
        weights = [each.values if kind is Kind.RATE else 1 for each in prompts]
        spanned = bounded_rate(
            [(each.lo * n, (each.hi - each.lo) * n, n) for each, n in zip(prompts, weights, strict=True)]
        )
    if spanned is None:
        return None
    undetermined = sum(each.undetermined for each in prompts)
    alike = kind is Kind.NUMBER and _alike([each.lo for each in prompts], [each.hi for each in prompts])
    interval, caveats = _interval(spanned, alike=alike)
    known = spanned.hi.point - spanned.lo.point <= _SAME
    return Figure(
        value=Bounds(spanned.lo.point, spanned.hi.point).finite,
        interval=interval,
        prompts=len(prompts),
        replies=sum(each.values for each in prompts),
        undetermined=undetermined,
        without=0 if asked is None else max(0, asked - len(prompts)),
        corrected=corrected(spanned.lo.point) if corrected is not None and known else None,
        caveats=caveats,
    )


def pair_of(
    kind: Kind,
    first: Mapping[tuple[str, str], Means],
    second: Mapping[tuple[str, str], Means],
    *,
    of: str,
    less: str,
    margin: float | None = None,
    tested: bool = True,
) -> Difference | None:
    """Return a measure of one arm less that of another; None without a prompt that both have.

    Args:
        of: label of the first.
        less: label of the second.
        margin: the greatest difference that doesn't matter, if one was named before the run.
        tested: whether p is computed.
    """
    both = [key for key in first if key in second]
    each = [
        difference_bounds(Bounds(first[key].lo, first[key].hi), Bounds(second[key].lo, second[key].hi)) for key in both
    ]
    rates = kind is not Kind.NUMBER
    spanned = bounded_difference(each, rates=rates)
    if spanned is None:
        return None
    known = [difference.lo for difference in each if difference.met(_SAME)]
    sure = len(known) == len(each)
    counted = outcomes(known)
    wins = counted.wins + sum(not d.met(_SAME) and d.lo > 0 for d in each)
    losses = counted.losses + sum(not d.met(_SAME) and d.hi < 0 for d in each)
    alike = not rates and _alike([d.lo for d in each], [d.hi for d in each])
    interval, caveats = _interval(spanned, alike=alike)
    test = sign_flip(known) if tested and sure and len(known) >= LEAST_PROMPTS else None
    only_of, only_less = len(first) - len(both), len(second) - len(both)
    return Difference(
        of=of,
        less=less,
        value=Bounds(spanned.lo.point, spanned.hi.point).finite,
        interval=interval,
        wins=wins,
        ties=counted.ties,
        losses=losses,
        undecided=len(each) - wins - losses - counted.ties,
        p=test.p if test else None,
        can_tell=test.can_tell if test else False,
        smallest_effect=smallest_effect(known, rates=rates) if sure and not alike else None,
        prompts=len(both),
        only_of=only_of,
        only_less=only_less,
        margin=margin,
        same="" if margin is None else str(no_difference(_estimate(spanned, interval), margin)),
        caveats=(*caveats, NOT_PAIRED) if only_of or only_less else caveats,
    )


def holm_adjusted(measured: Sequence[Measured]) -> tuple[Measured, ...]:
    """Return measures with their p values adjusted for being several: the primary ones, or all if none is."""
    family = [each for each in measured if each.primary] or list(measured)
    names = {each.name for each in family}
    raw = [d.p for each in family for d in each.differences if d.p is not None]
    adjusted = iter(holm(raw))

    def with_holm(difference: Difference) -> Difference:
        if difference.p is None:
            return difference
        return msgspec.structs.replace(difference, p_holm=next(adjusted))

    return tuple(
        msgspec.structs.replace(each, differences=tuple(map(with_holm, each.differences)))
        if each.name in names
        else each
        for each in measured
    )


def _interval(spanned: Spanned, *, alike: bool) -> tuple[Ends | None, tuple[str, ...]]:
    """Return the interval of a figure with bounds, and what is to be said beside it."""
    caveats = [str(caveat) for caveat in dict.fromkeys((*spanned.lo.caveats, *spanned.hi.caveats))]
    lo, hi = spanned.lo.point, spanned.hi.point
    if not math.isfinite(hi) or not math.isfinite(lo):
        caveats.append(UNBOUNDED)
    elif hi - lo > _SAME:
        caveats.append(OPEN)
    if alike and spanned.lo.prompts >= LEAST_PROMPTS:
        return None, (*caveats, ALL_ALIKE)
    few = str(Caveat.TOO_FEW) in caveats
    if spanned.lo.prompts < LEAST_PROMPTS and not few:
        caveats.insert(0, str(Caveat.TOO_FEW))
    if spanned.interval is not None:
        return spanned.interval.finite, tuple(caveats)
    if spanned.lo.interval is not None:  # bounded from below only
        return (spanned.lo.interval.lo, None), tuple(caveats)
    return None, tuple(caveats)


def _estimate(spanned: Spanned, interval: Ends | None) -> Estimate | None:
    if interval is None or None in interval:
        return None
    return Estimate(spanned.lo.point, bounds(interval), spanned.lo.prompts)


def _alike(lows: Sequence[float], highs: Sequence[float]) -> bool:
    """Return whether numbers have no spread, so that their interval would have no width."""
    return len(lows) > 1 and max(lows) - min(lows) <= _SAME and max(highs) - min(highs) <= _SAME
