"""The type of measures: a function of the replies to a prompt, with its formula, its source, and its caveat."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from alignscope.lab.row import Likelihoods, Row, ShiftScore, Step
from alignscope.lab.summary.rows import Arm
from alignscope.lab.summary.scores.reading import Scores
from alignscope.measure.bounds import Bounds
from alignscope.measure.distribution.cut_list import CutList, Listed, NotATopListError, Vocabulary
from alignscope.measure.distribution.entropy import entropy
from alignscope.measure.refusal.judging import Label
from alignscope.measure.wording.style import Style, style
from alignscope.measure.wording.words import words_of


class Reply:
    """A reply as measures read it."""

    def __init__(
        self,
        row: Row,
        steps: Sequence[Step] = (),
        vocabulary: int | None = None,
        said: Label | None = None,
        scores: Scores | None = None,
    ) -> None:
        """
        Args:
            vocabulary: number of the model's tokens; None if unknown, and then entropies have no upper bound.
            said: what a person says of it, refusal or not; None where the rule holds.
            scores: what the run had scored; None for nothing.
        """
        self.row = row
        self.said = said
        self._scores = scores
        self._vocabulary = Vocabulary(vocabulary)
        self.steps = steps
        """Its tokens with their lists; empty where none were fetched."""

    @cached_property
    def words(self) -> list[str]:
        """Its words and signs, in lower case."""
        return words_of(self.row.text)

    @cached_property
    def style(self) -> Style:
        """The marks of its style."""
        return style(self.row.text)

    @cached_property
    def likelihoods(self) -> Likelihoods | None:
        """The likelihoods of its prompt's choices by its model; None where they weren't asked for, or say nothing."""
        return self._scores.likelihoods(self.row) if self._scores else None

    @cached_property
    def score(self) -> ShiftScore | None:
        """Its score by another model, or why there is none; None where none was asked for."""
        return self._scores.shift(self.row) if self._scores else None

    @property
    def shift(self) -> ShiftScore | None:
        """The same; None also where nothing could be compared."""
        return self.score if self.score is not None and not self.score.why else None

    @cached_property
    def lists(self) -> list[CutList]:
        """Its lists of the likeliest tokens; empty if one is missing, since the others would be a selection."""
        try:
            return [CutList([Listed(*each) for each in tops], vocabulary=self._vocabulary) for _, _, tops in self.steps]
        except NotATopListError:
            return []

    @cached_property
    def entropies(self) -> list[Bounds]:
        """The entropy at each position, in nats."""
        return [entropy(cut) for cut in self.lists]


UNDETERMINED: Final = Bounds(0.0, 1.0)
"""The value of a rate for a reply of which it can't be told."""
Replies = Mapping[Arm, Sequence[Reply]]
"""Those to one prompt."""
Values = Mapping[Arm, Sequence[Bounds]]
"""Of one prompt: for each arm its replies' values, or the one value that they have together."""


class Kind(StrEnum):
    """The kind of a measure's values, which decides how its interval is computed."""

    RATE = "rate"
    """Yes or no for each reply, 1 or 0; from 0 to 1 where it can't be told."""
    SHARE = "share"
    """A number from 0 to 1."""
    NUMBER = "number"


class Unit(StrEnum):
    """The unit in which values are written."""

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
    scored: bool = False
    """Whether it needs what was scored beside the replies."""
    more_is_better: bool = False
    """Whether a greater value is a better one; of most measures that can't be said."""
    corrected: Callable[[float], float | None] | None = None
    """Returns what a rate is likely to be, given the measure's own error: a check, and no better figure."""
    along: Callable[[Reply], Sequence[Bounds]] | None = None
    """Returns its value at each position of a reply, where it has one; none for a reply without lists."""
    by_third: Callable[[Reply], Sequence[Bounds]] | None = None
    """Returns its value over each third of a reply, where only those were kept; none for a reply without them."""

    def possible(self, *, lists: bool, scores: bool) -> bool:
        """Return whether a run with lists and scores, or without, can have it."""
        return (lists or not self.lists) and (scores or not self.scored)


def by_reply(function: Callable[[Reply], Bounds | float | bool | None]) -> Callable[[Replies], Values]:
    """Return a measure of every reply for itself, which may have none."""

    def of(replies: Replies) -> Values:
        return {arm: known(map(function, those)) for arm, those in replies.items()}

    return of


def by_prompt(function: Callable[[Sequence[Reply]], Bounds | float | None]) -> Callable[[Replies], Values]:
    """Return a measure of all replies that an arm gave to a prompt."""

    def of(replies: Replies) -> Values:
        return {arm: known([function(those)]) for arm, those in replies.items()}

    return of


def known(values: Iterable[Bounds | float | bool | None]) -> list[Bounds]:
    """Return values that are there as bounds."""
    return [
        value if isinstance(value, Bounds) else Bounds(float(value), float(value))
        for value in values
        if value is not None
    ]
