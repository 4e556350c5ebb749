"""Measures of lists of the likeliest tokens, with the bounds that a cut list leaves."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from alignscope.lab.summary.measures.measure import Kind, Measure, Reply, Unit, by_reply
from alignscope.measure.bounds import BITS, Bounds, mean_bounds
from alignscope.measure.distribution.nucleus import branching_factor
from alignscope.measure.shift.classes import Shift

SHIFTED: Final = "shifted"
"""The measure that promoted and suppressed tokens stand beside."""
_PATHS: Final = "It is about the texts that this sampling led to, and falls with alignment: a control, not a finding."


def _surprisals(reply: Reply) -> Sequence[Bounds]:
    found = [-logprob * BITS for _, logprob, _ in reply.steps if logprob is not None]
    return [Bounds(each, each) for each in found] if len(found) == len(reply.steps) else []


def _entropies(reply: Reply) -> Sequence[Bounds]:
    return [each.in_bits for each in reply.entropies]


def _covered(reply: Reply) -> float | None:
    return math.fsum(cut.mass for cut in reply.lists) / len(reply.lists) if reply.lists else None


def _shifted(counts: Mapping[str, int]) -> Bounds | None:
    """Return the share of shifted positions, if none of those that aren't known is and if all are."""
    every = sum(counts.values())
    shifted = sum(counts.get(each, 0) for each in (Shift.SHIFTED, Shift.BEYOND))
    return Bounds(shifted / every, (shifted + counts.get(Shift.UNKNOWN, 0)) / every) if every else None


def _shifted_tokens(reply: Reply) -> Bounds | None:
    return None if reply.shift is None else _shifted(reply.shift.counts)


def _shifted_thirds(reply: Reply) -> Sequence[Bounds]:
    found = [_shifted(part) for part in reply.shift.thirds] if reply.shift else []
    return [each for each in found if each is not None]


def _sampled(reply: Reply) -> Bounds | None:
    return None if reply.shift is None else _shifted(reply.shift.null)


def _divergence(lo: float, hi: float, known: int, positions: int) -> Bounds | None:
    """Return the mean over all positions: where it isn't known it is anything from 0 to 1 bit."""
    if not positions:
        return None
    return Bounds(lo * known / positions, (hi * known + positions - known) / positions)


def _js(reply: Reply) -> Bounds | None:
    found = reply.shift
    if found is None or not found.js_known:
        return None
    lo, hi = found.js
    return _divergence(lo or 0.0, 1.0 if hi is None else hi, found.js_known, found.positions)


def _js_thirds(reply: Reply) -> Sequence[Bounds]:
    if reply.shift is None or not reply.shift.js_known:
        return []
    parts = zip(reply.shift.js_thirds, reply.shift.thirds, strict=True)
    found = [_divergence(lo, hi, known, sum(counts.values())) for (lo, hi, known), counts in parts]
    return [each for each in found if each is not None]


def _ends_too(reply: Reply) -> bool | None:
    return None if reply.shift is None else reply.shift.ends


_ALONG: Final = (
    "It holds along these replies: along the other model's it is another figure. Where the other model reads what the"
    " chat's template wrote, that is new to it."
)
MEASURES: Final = (
    Measure(
        name="surprisal", label="surprisal", kind=Kind.NUMBER, unit=Unit.BITS,
        formula="mean of -log2 p over the tokens of a reply, then over replies and prompts",
        source="Shannon 1948; p as the server reports it, before temperature and truncation",
        caveat="Confidence is not quality. " + _PATHS,
        of=by_reply(lambda reply: mean_bounds(_surprisals(reply))), lists=True, along=_surprisals,
    ),
    Measure(
        name="entropy", label="entropy", kind=Kind.NUMBER, unit=Unit.BITS,
        formula="mean entropy of the next token's distribution along a reply, with the bounds that a cut list leaves",
        source="Shannon 1948; bounds by concavity (Cover and Thomas, ch. 2)",
        caveat=_PATHS, of=by_reply(lambda reply: mean_bounds(_entropies(reply))), lists=True, along=_entropies,
    ),
    Measure(
        name="branching", label="branching factor", kind=Kind.NUMBER, unit=Unit.CHOICES,
        formula="exponential of the mean entropy within the likeliest 90 %, with its bounds; mean over replies",
        source="Yang and Holtzman 2025, arXiv 2506.17871",
        caveat=_PATHS, of=by_reply(lambda reply: branching_factor(reply.lists)), lists=True,
    ),
    Measure(
        name="covered", label="covered by the lists", kind=Kind.SHARE, unit=Unit.SHARE,
        formula="mean of what the listed tokens' probabilities add up to",
        source="our own",
        caveat="How much of the distributions was seen, which the bounds of the other measures follow from.",
        of=by_reply(_covered), lists=True,
    ),
    Measure(
        name=SHIFTED, label="shifted tokens", kind=Kind.SHARE, unit=Unit.SHARE,
        formula="positions at which the written token is 4th or later in the list of the model that scores / positions;"
        " from none of the unknown ones to all; mean over replies and prompts",
        source="Lin et al. 2023, arXiv 2312.01552",
        caveat="A sampled reply shifts by itself: compare with its own lists, which only sampling shifts. " + _ALONG,
        of=by_reply(_shifted_tokens), by_third=_shifted_thirds, scored=True,
    ),
    Measure(
        name="shifted_alone", label="shifted in own lists", kind=Kind.SHARE, unit=Unit.SHARE,
        formula="the same in the lists that the reply itself came with",
        source="our own",
        caveat="What is left of shifted tokens above this is the other model's doing; the two don't just add up.",
        of=by_reply(_sampled), scored=True,
    ),
    Measure(
        name="divergence", label="divergence", kind=Kind.NUMBER, unit=Unit.BITS,
        formula="mean Jensen-Shannon divergence of the two models' distributions over a reply's positions, with the"
        " bounds that cut lists leave, and from 0 to 1 bit where one isn't known; mean over replies and prompts",
        source="Lin 1991; bounds by convexity",
        caveat="It tells how far they part, not which is better. " + _ALONG,
        of=by_reply(_js), by_third=_js_thirds, scored=True,
    ),
    Measure(
        name="ends_too", label="scorer ends, too", kind=Kind.RATE, unit=Unit.SHARE,
        formula="replies that ended by themselves and where the end is likeliest to the scoring model, too / replies"
        " that ended by themselves, where it is told",
        source="our own",
        caveat="A base model ends by its own token seldom: it begins another turn instead.",
        of=by_reply(_ends_too), scored=True,
    ),
)  # fmt: skip
