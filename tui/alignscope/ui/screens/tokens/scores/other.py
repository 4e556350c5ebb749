"""The other model at the cursor: its list there, and figures of both in words."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from alignscope.measure.bounds import Bounds
from alignscope.measure.distribution.cut_list import CutList, NotATopListError
from alignscope.measure.distribution.ranks import overlap_correlation, union_correlation
from alignscope.measure.shift.classes import Shift
from alignscope.measure.shift.comparison import Comparison
from alignscope.text.wording import describe_percent
from alignscope.ui.screens.tokens.reply_tokens import ReplyTokens
from alignscope.ui.screens.tokens.scores.scored_tokens import ScoredTokens

_WHY: Final = {
    "no list": "no list came",
    "ends": "would end here",
    "resplit": "reads the text in other tokens",
    "start": "another prompt stands before",
}
"""Why the other model has no list, in a few words."""

_ORDERED: Final = 20
"""How many of each list's likeliest tokens are compared in their order: most of the rest is noise."""


@dataclass(frozen=True, slots=True)
class Other:
    """The list and figures of another model at a token."""

    name: str
    """Its pane's mark and name."""
    cut: CutList | None
    facts: tuple[str, ...]
    """In words, a row each."""
    words: str = ""
    """For the row of words; empty if it wasn't asked."""

    @property
    def mark(self) -> str:
        """Its pane's mark."""
        return self.name.split(" ")[0]


def by_score(scored: ScoredTokens, token: int) -> Other | None:
    """Return what a score tells at a token; None where the other model wasn't asked yet."""
    found = scored.comparison(token)
    if found is None:
        return None
    frame = f"frame {scored.score.key.frame}"
    mark, _, name = scored.name.partition(" ")
    if found.missing is not None:
        why = _WHY[found.missing]
        return Other(scored.name, None, (f"{mark} {why}, {frame}",), f"{name}: {why}")
    chance, rank = _chance(found), _rank(found)
    facts = [f"{mark} {chance} %, rank {rank}, {frame}"]
    difference = scored.difference(token)
    facts.append(f"{found.shift} · {_points(difference)} points" if difference is not None else str(found.shift))
    if found.js is not None and found.tv is not None:
        facts.append(f"JS {between(found.js.in_bits)} bits · TV {between(found.tv)}")
    words = f"{name} {_aloud(found)}, rank {rank}, {found.shift}"
    theirs = scored.list_at(token)
    if theirs is not None and (own := scored.own_list_at(token)) is not None:
        facts += _order(own.cut(_ORDERED), theirs.cut(_ORDERED))
    return Other(scored.name, theirs, tuple(facts), words)


def by_own_list(tokens: ReplyTokens, name: str, token: int) -> Other | None:
    """Return what another reply's own list tells, which has the same tokens before; None without a list."""
    try:
        cut = tokens.list_at(token)
    except NotATopListError:
        cut = None
    return Other(name, cut, (f"{name.split(' ')[0]}: same tokens before, own frame",)) if cut else None


def percent(probability: float) -> str:
    """Return a probability in percent for a column."""
    return f"{100 * probability:.1f}" if probability >= 0.0005 or not probability else "<0.1"


def between(bounds: Bounds, digits: int = 2) -> str:
    """Return both bounds, one where they agree as written, and `at least` where nothing bounds it from above."""
    lo = f"{bounds.lo:.{digits}f}"
    if math.isinf(bounds.hi):
        return f"at least {lo}"
    hi = f"{bounds.hi:.{digits}f}"
    return lo if lo == hi else f"{lo}–{hi}"


def _order(own: CutList, other: CutList) -> Iterator[str]:
    """Yield how far two lists agree on the order of the tokens that both have, and of all."""
    for which, found in (("both", overlap_correlation(own, other)), ("either", union_correlation(own, other))):
        if found is not None:
            yield f"order of {found.tokens} in {which}: tau {between(found.tau)}"


def _chance(found: Comparison) -> str:
    if found.other.logprob is None:
        return "?"
    chance = found.other.logprob.exp()
    if chance.lo == 0 and not chance.met():
        return f"<{percent(chance.hi).removeprefix('<')}"
    return percent(chance.hi) if chance.met(1e-3) else f"{percent(chance.lo)}–{percent(chance.hi)}"


def _aloud(found: Comparison) -> str:
    if found.other.logprob is None:
        return "probability unknown"
    chance = found.other.logprob.exp()
    at_most = "at most " if chance.lo == 0 and not chance.met() else ""
    return f"{at_most}{describe_percent(min(1.0, chance.hi))}"


def _rank(found: Comparison) -> str:
    if found.shift is Shift.BEYOND and found.other.beyond:
        return f"over {found.other.beyond:,}"
    return f"{found.other.rank:,}" if found.other.rank else "?"


def _points(difference: Bounds) -> str:
    lo, hi = (f"{100 * value:+.1f}" for value in difference)
    return hi if difference.met(1e-3) else f"{lo} to {hi}"
