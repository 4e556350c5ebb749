"""The measures of a run, each with its formula, its source, and what it must not be taken for."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from alignscope.lab.row import Row, Step
from alignscope.lab.summary.rows import Arm
from alignscope.measure.bounds import Bounds, mean_bounds
from alignscope.measure.distribution.cut_list import CutList, Listed, NotATopListError
from alignscope.measure.distribution.entropy import entropy
from alignscope.measure.distribution.nucleus import branching_factor
from alignscope.measure.wording.openings import OPENING, openings
from alignscope.measure.wording.repetition import LENGTHS, common_length, distinct, diversity, repetition
from alignscope.measure.wording.words import words_of
from alignscope.model.events import End

LEAST_WORDS: Final = 8
"""Words that a reply needs for measures at equal length."""
_BITS: Final = 1 / math.log(2)
"""Bits in a nat."""


class Reply:
    """A reply as measures read it."""

    def __init__(self, row: Row, steps: Sequence[Step] = ()) -> None:
        self.row = row
        self.steps = steps
        """Its tokens with their lists; empty where none were fetched."""

    @cached_property
    def words(self) -> list[str]:
        """Its words and signs, in lower case."""
        return words_of(self.row.text)

    @cached_property
    def lists(self) -> list[CutList]:
        """Its lists of the likeliest tokens; empty if one is missing, since the others would be a selection."""
        try:
            return [CutList(Listed(*each) for each in tops) for _, _, tops in self.steps]
        except NotATopListError:
            return []

    @cached_property
    def entropies(self) -> list[Bounds]:
        """The entropy at each position, in nats."""
        return [entropy(cut) for cut in self.lists]


Replies = Mapping[Arm, Sequence[Reply]]
"""Those to one prompt."""
Values = Mapping[Arm, Sequence[Bounds]]
"""Of one prompt: for each arm its replies' values, or the one value that they have together."""


class Kind(StrEnum):
    """What a measure's values are, which decides about its interval."""

    RATE = "rate"
    """Yes or no for each reply, 1 or 0; from 0 to 1 where it can't be told."""
    SHARE = "share"
    """A number from 0 to 1."""
    NUMBER = "number"


class Unit(StrEnum):
    """How values are written."""

    SHARE = "share"
    """In percent; differences in percentage points."""
    TOKENS = "tokens"
    BITS = "bits"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A function of the replies to one prompt."""

    name: str
    """As a SPEC and files name it."""
    label: str
    kind: Kind
    unit: Unit
    formula: str
    source: str
    caveat: str
    """What it must not be taken for."""
    of: Callable[[Replies], Values]
    together: bool = False
    """Whether a prompt's replies have one value together."""
    across: bool = False
    """Whether a reply's value depends on other arms' replies to the prompt."""
    lists: bool = False
    """Whether it needs lists."""
    along: Callable[[Reply], Sequence[Bounds]] | None = None
    """Returns its value at each position of a reply, where it has one; none for a reply without lists."""


def by_reply(function: Callable[[Reply], Bounds | float | bool | None]) -> Callable[[Replies], Values]:
    """Return a measure of every reply for itself, which may have none."""

    def of(replies: Replies) -> Values:
        return {arm: _known(map(function, those)) for arm, those in replies.items()}

    return of


def by_prompt(function: Callable[[Sequence[Reply]], float | None]) -> Callable[[Replies], Values]:
    """Return a measure of all replies that an arm gave to a prompt."""

    def of(replies: Replies) -> Values:
        return {arm: _known([function(those)]) for arm, those in replies.items()}

    return of


def _known(values: Iterable[Bounds | float | bool | None]) -> list[Bounds]:
    return [
        value if isinstance(value, Bounds) else Bounds(float(value), float(value))
        for value in values
        if value is not None
    ]


def at_one_length(
    function: Callable[[Sequence[Sequence[str]]], Iterable[float | None]],
    *,
    equally_many: bool = False,
) -> Callable[[Replies], Values]:
    """Return a measure of words, for which a prompt's replies are cut to the shortest of all arms.

    Replies of fewer than `LEAST_WORDS` words are left out.

    Args:
        equally_many: whether as many replies of each arm are taken, the first ones, as all have that have any.
    """

    def of(replies: Replies) -> Values:
        long = {arm: [r.words for r in those if len(r.words) >= LEAST_WORDS] for arm, those in replies.items()}
        words = common_length(*long.values())
        number = min(map(len, filter(None, long.values())), default=0) if equally_many else None
        return {arm: _known(function([each[:words] for each in those[:number]])) for arm, those in long.items()}

    return of


def _ended(reply: Reply) -> bool:
    return reply.row.end is End.STOP


def _alike(replies: Sequence[Reply]) -> float | None:
    found = openings([reply.words for reply in replies])
    return found.alike if found else None


def _repetition(length: int) -> Callable[[Sequence[Sequence[str]]], Iterable[float | None]]:
    return lambda replies: (repetition(words, length) for words in replies)


def _distinct(length: int) -> Callable[[Sequence[Sequence[str]]], Iterable[float | None]]:
    # Of one reply it would be its repetition again.
    return lambda replies: [distinct(replies, length, len(replies[0])) if len(replies) > 1 else None]


def _entropies(reply: Reply) -> Sequence[Bounds]:
    return [Bounds(each.lo * _BITS, each.hi * _BITS) for each in reply.entropies]


def _entropy(reply: Reply) -> Bounds | None:
    return mean_bounds(_entropies(reply))


def _surprisals(reply: Reply) -> Sequence[Bounds]:
    known = [-logprob * _BITS for _, logprob, _ in reply.steps if logprob is not None]
    return [Bounds(each, each) for each in known] if len(known) == len(reply.steps) else []


def _surprisal(reply: Reply) -> Bounds | None:
    return mean_bounds(_surprisals(reply))


def _covered(reply: Reply) -> float | None:
    return math.fsum(cut.mass for cut in reply.lists) / len(reply.lists) if reply.lists else None


_EQUAL: Final = (
    " All replies to a prompt, of every model, are cut to the shortest of them; those of fewer than"
    f" {LEAST_WORDS} words are left out."
)
_WORDS: Final = "Less diverse is not worse: longer and better replies repeat less by themselves, and more on purpose."
_PATHS: Final = "It is about the texts that this sampling led to, and falls with alignment: a control, not a finding."
_NAMES: Final = {2: "pairs", 3: "threes", 4: "fours"}

ENDED: Final = Measure(
    name="ended", label="ended by itself", kind=Kind.RATE, unit=Unit.SHARE,
    formula="replies that the model ended / replies; the others reached the limit or went on in circles",
    source="our own; stop strings count as the model's end, since servers don't tell them apart",
    caveat="It depends on the limit of tokens: under a higher one, more replies end.",
    of=by_reply(_ended),
)  # fmt: skip
LENGTH: Final = Measure(
    name="length", label="length", kind=Kind.NUMBER, unit=Unit.TOKENS,
    formula="mean of tokens over a prompt's replies, then over prompts",
    source="the server's count",
    caveat="A reply that reached the limit counts with the tokens it has, so that long replies are longer than this.",
    of=by_reply(lambda reply: float(reply.row.tokens)),
)  # fmt: skip
OPENS_ALIKE: Final = Measure(
    name="opens_alike", label="two open alike", kind=Kind.SHARE, unit=Unit.SHARE,
    formula=f"the chance that two samples of a prompt begin with the same {OPENING} words: sum of n(n-1) / N(N-1)",
    source="Simpson 1949",
    caveat="It says nothing of how replies go on. It needs two samples of a prompt.",
    of=by_prompt(_alike), together=True,
)  # fmt: skip

MEASURES: Final[tuple[Measure, ...]] = (
    ENDED,
    LENGTH,
    OPENS_ALIKE,
    Measure(
        name="distinct_2", label="distinct pairs", kind=Kind.SHARE, unit=Unit.SHARE,
        formula="different pairs of words / all pairs, over a prompt's samples together, equally many of"
        " each model." + _EQUAL,
        source="Li et al. 2016, arXiv 1510.03055",
        caveat=_WORDS, of=at_one_length(_distinct(2), equally_many=True), together=True, across=True,
    ),
    *(
        Measure(
            name=f"repetition_{length}", label=f"repeated {_NAMES[length]}", kind=Kind.SHARE, unit=Unit.SHARE,
            formula=f"1 - different runs of {length} words / all of them, within a reply." + _EQUAL,
            source="Welleck et al. 2020, arXiv 1908.04319",
            caveat=_WORDS, of=at_one_length(_repetition(length)), across=True,
        )
        for length in LENGTHS
    ),
    Measure(
        name="diversity", label="diversity", kind=Kind.SHARE, unit=Unit.SHARE,
        formula="product of 1 - repetition over runs of two, three and four words." + _EQUAL,
        source="Su et al. 2022, arXiv 2202.06417",
        caveat=_WORDS, of=at_one_length(lambda replies: map(diversity, replies)), across=True,
    ),
    Measure(
        name="surprisal", label="surprisal", kind=Kind.NUMBER, unit=Unit.BITS,
        formula="mean of -log2 p over the tokens of a reply, then over replies and prompts",
        source="Shannon 1948; p as the server reports it, before temperature and truncation",
        caveat="Confidence is not quality. " + _PATHS, of=by_reply(_surprisal), lists=True,
        along=_surprisals,
    ),
    Measure(
        name="entropy", label="entropy", kind=Kind.NUMBER, unit=Unit.BITS,
        formula="mean entropy of the next token's distribution along a reply, with the bounds that a cut list leaves",
        source="Shannon 1948; bounds by concavity (Cover and Thomas, ch. 2)",
        caveat=_PATHS, of=by_reply(_entropy), lists=True, along=_entropies,
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
"""All measures, in the order in which they are shown."""
