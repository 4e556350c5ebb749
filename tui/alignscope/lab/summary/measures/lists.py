"""Measures of lists of the likeliest tokens, with the bounds that a cut list leaves."""

import math
from collections.abc import Sequence
from typing import Final

from alignscope.lab.summary.measures.measure import Kind, Measure, Reply, Unit, by_reply
from alignscope.measure.bounds import Bounds, mean_bounds
from alignscope.measure.distribution.nucleus import branching_factor

_BITS: Final = 1 / math.log(2)
"""Bits in a nat."""
_PATHS: Final = "It is about the texts that this sampling led to, and falls with alignment: a control, not a finding."


def _surprisals(reply: Reply) -> Sequence[Bounds]:
    found = [-logprob * _BITS for _, logprob, _ in reply.steps if logprob is not None]
    return [Bounds(each, each) for each in found] if len(found) == len(reply.steps) else []


def _entropies(reply: Reply) -> Sequence[Bounds]:
    return [Bounds(each.lo * _BITS, each.hi * _BITS) for each in reply.entropies]


def _covered(reply: Reply) -> float | None:
    return math.fsum(cut.mass for cut in reply.lists) / len(reply.lists) if reply.lists else None


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
)  # fmt: skip
