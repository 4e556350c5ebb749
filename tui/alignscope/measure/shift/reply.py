"""Sum up a scored reply in figures small enough to be kept for every row of a run."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from alignscope.measure.bounds import Bounds, mean_bounds
from alignscope.measure.shift.classes import Shift, summarise
from alignscope.measure.shift.comparison import Comparison, compare, cut_of
from alignscope.measure.shift.profile import third
from alignscope.measure.shift.tokens import Change, changes
from alignscope.model.score import Missing, Position

_CERTAIN: Final = 0.05
"""The least gain or loss of a token, in probability over a whole reply, that is kept."""
_MOST: Final = 20
"""Tokens that are kept of those promoted, and of those suppressed."""

Counts = dict[Shift, int]


class Divergence(NamedTuple):
    """Jensen-Shannon divergence over several positions."""

    mean: Bounds | None
    """In bits, where it is known; None where it is nowhere."""
    known: int


class ReplyShift(NamedTuple):
    """The figures of a reply in another model's lists."""

    positions: int
    """Its tokens."""
    counts: Counts
    """Positions by class; the end is none, since hardly a server lists it."""
    null: Counts
    """The same in the reply's own lists."""
    thirds: tuple[Counts, Counts, Counts] | None
    """None for a reply too short to have thirds."""
    js: Divergence
    js_thirds: tuple[Divergence, Divergence, Divergence] | None
    covered: float | None
    """Mean probability of all tokens in a list together; None without any list."""
    missing: dict[Missing, int]
    """Positions without a list, by why."""
    ends: bool | None
    """Whether the other model would have ended where the reply did; None where that isn't known."""
    promoted: list[Change]
    suppressed: list[Change]


def reply_shift(own: Sequence[Position], other: Sequence[Position], *, wanted: int, own_wanted: int) -> ReplyShift:
    """Sum up a reply.

    Args:
        own: its positions with the lists that it came with, its end at last if it ended by itself.
        other: the other model's lists at the same positions.
        wanted: alternatives that the other model was asked for.
        own_wanted: alternatives that the reply came with.
    """
    found = [compare(mine, theirs, wanted=wanted) for mine, theirs in zip(own, other, strict=True)]
    tokens = [each for each in found if not each.end]
    parts = [[each for each in tokens if third(each.position, len(tokens)) == number] for number in range(3)]
    short = third(0, len(tokens)) is None
    changed = changes(
        (aligned, base)
        for mine, theirs in zip(own, other, strict=True)
        if not mine.end and (aligned := cut_of(mine, own_wanted)) and (base := cut_of(theirs, wanted))
    )
    covered = [each.other.covered for each in found if each.other.covered is not None]
    missing = [each.missing for each in found if each.missing is not None and not each.end]
    return ReplyShift(
        positions=len(tokens),
        counts=_counts(tokens),
        null=summarise(each.by_itself for each in tokens).counts,
        thirds=None if short else (_counts(parts[0]), _counts(parts[1]), _counts(parts[2])),
        js=_divergence(tokens),
        js_thirds=None if short else (_divergence(parts[0]), _divergence(parts[1]), _divergence(parts[2])),
        covered=math.fsum(covered) / len(covered) if covered else None,
        missing={why: missing.count(why) for why in dict.fromkeys(missing)},
        ends=_ends(other),
        promoted=[each for each in changed if each.gain.lo >= _CERTAIN][:_MOST],
        suppressed=[each for each in reversed(changed) if each.gain.hi <= -_CERTAIN][:_MOST],
    )


def _counts(found: Sequence[Comparison]) -> Counts:
    return summarise(each.shift for each in found).counts


def _divergence(found: Sequence[Comparison]) -> Divergence:
    known = [each.js.in_bits for each in found if each.js is not None]
    return Divergence(mean_bounds(known), len(known))


def _ends(other: Sequence[Position]) -> bool | None:
    if not other or not other[-1].end:
        return None
    last = other[-1]
    if last.missing is Missing.ENDS:
        return True
    return not last.alternatives[0].text if last.alternatives else None
