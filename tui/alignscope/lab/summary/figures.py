"""Figures of a run as they stand in its files: with bounds, interval, n, and what is to be said beside them."""

from typing import Any

import msgspec

from alignscope.lab.claims.answered import Answered
from alignscope.lab.summary.labels import Labelled
from alignscope.lab.summary.measures.measure import Kind, Unit
from alignscope.measure.bounds import Bounds
from alignscope.measure.shift.tokens import TokenKind
from alignscope.model.lineup.tones import Tone

Ends = tuple[float | None, float | None]
"""Least and greatest value; None for one that nothing bounds."""


def side(interval: Ends | None, of: float = 0.0) -> int:
    """Return 1 if an interval lies above a value, -1 if below it, 0 if that can't be told."""
    lo, hi = interval or (None, None)
    return 1 if lo is not None and lo > of else -1 if hi is not None and hi < of else 0


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A measure of one arm."""

    value: Ends
    """The point: both are the same where it is known."""
    interval: Ends | None
    """Of 95 %, over prompts; None where there is none, and then the caveats say why."""
    prompts: int
    """Number of prompts that it is over."""
    replies: int
    undetermined: int = 0
    """Replies of which it can't be told."""
    without: int = 0
    """Prompts of the arm without a value."""
    corrected: float | None = None
    """What the measure's own error makes likely, where that is known: a check, and no better figure."""
    caveats: tuple[str, ...] = ()


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A measure of one arm less that of another, paired by prompt."""

    of: str
    """Label of the first arm."""
    less: str
    """Label of the one that is subtracted, a base model's."""
    value: Ends
    interval: Ends | None
    wins: int
    """Prompts on which the first has more."""
    ties: int
    losses: int
    undecided: int = 0
    """Prompts on which undetermined replies leave it open."""
    p: float | None
    """Of the sign-flip test: that the two answer each prompt alike. None where it can't be computed."""
    p_holm: float | None = None
    """Adjusted for the other p values of its family."""
    can_tell: bool = True
    """Whether enough prompts differ that p could be under 0.05 at all."""
    smallest_effect: float | None
    """About the smallest true difference that four of five such runs would find."""
    prompts: int
    only_of: int = 0
    """Prompts that only the first arm has, which are left out."""
    only_less: int = 0
    margin: float | None = None
    """The greatest difference that doesn't matter, as it was named before the run."""
    same: str = ""
    """Whether there is no difference that matters: `yes`, `no` or `can't tell`; "" without a margin."""
    caveats: tuple[str, ...] = ()

    @property
    def sure(self) -> int:
        """1 if the interval lies above 0, -1 if below, 0 if it can't be told."""
        return side(self.interval)


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A measure over the prompts of one category."""

    category: str
    prompts: int
    figures: dict[str, Figure]
    differences: tuple[Difference, ...]
    """Without p values: these are looked at because they are there."""


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A measure over one third of an arm's replies."""

    value: Ends
    prompts: int
    replies: int
    """Those that are long enough to have thirds."""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A measure with its figures."""

    name: str
    label: str
    kind: Kind
    unit: Unit
    formula: str
    source: str
    caveat: str
    primary: bool
    """Whether it was named before the run; others are exploratory."""
    figures: dict[str, Figure]
    """By the arm's label; one without any value is missing."""
    differences: tuple[Difference, ...]
    groups: tuple[Group, ...] = ()
    """By category, where there are several and not too many."""
    thirds: dict[str, tuple[Stretch, Stretch, Stretch]] = {}
    """By the arm's label: along replies, for measures of lists."""


class ArmFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of an arm, and how many of its replies ended in which way."""

    label: str
    entry: str
    frame: str
    sampling: str
    role: str
    mode: str
    tone: Tone
    models: tuple[str, ...]
    digests: tuple[str, ...]
    """Several mean that the model was changed during the run."""
    servers: tuple[str, ...]
    server_label: str = ""
    """The server's own name and version, where the manifest has it."""
    template: str = ""
    """Hash of the chat template, where the manifest has it."""
    options: dict[str, Any]
    sent: str
    """What one of its rows was sent as, the first."""
    prompts: int
    rows: int
    errors: int
    cut: int
    """Replies that broke off, or were stopped."""
    limit: int
    """Replies that reached the limit of tokens."""
    loops: int
    openings: tuple[tuple[str, int], ...]
    """The commonest openings over all prompts."""

    @property
    def replies(self) -> int:
        """Number of replies that are measured."""
        return self.rows - self.errors - self.cut


class TokenChange(msgspec.Struct, frozen=True, kw_only=True):
    """The change of one token's probability in an arm, against the model that scored its replies."""

    text: str
    kind: TokenKind
    replies: int
    """Number of replies in which it is among the most changed."""
    positions: int
    """Places of those replies at which either model lists it."""
    gain: Ends
    """By how many more of those places the arm's model would write it."""


class TokenChanges(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens that an arm's replies promote and suppress most."""

    by: str
    """The entry that scored them."""
    frame: str
    replies: int
    """Replies that were compared."""
    left_out: int
    """Those that couldn't be."""
    promoted: tuple[TokenChange, ...]
    suppressed: tuple[TokenChange, ...]


class PassageFigure(msgspec.Struct, frozen=True, kw_only=True):
    """The bits that an entry needs for a passage. One passage is no sample: there is no interval."""

    passage: str
    entry: str
    frame: str
    bits: Ends
    """Per byte."""
    size: int
    """UTF-8 bytes."""
    tokens: int
    open: int
    """Tokens that weren't in their lists."""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of a run."""

    run: str
    prompts: int
    rows: int
    damaged: int
    """Lines that are no rows."""
    unread: tuple[str, ...] = ()
    """What of labels and scores can't be read, in sentences."""
    arms: tuple[ArmFacts, ...]
    measures: tuple[Measured, ...]
    version: str
    """Of alignscope, which the measures are of."""
    unknown: tuple[str, ...] = ()
    """Names in the spec that no measure has."""
    about: str = ""
    """What the spec says that the run is for."""
    started: str = ""
    """ISO 8601, UTC."""
    ended: str = ""
    """"" as long as rows are missing."""
    planned: int = 0
    """Number of rows that the run has in the end; 0 if unknown."""
    claim: Answered | None = None
    """The answer to the claim that the run was made for."""
    labelled: Labelled | None = None
    """A person's labels of refusals against the rule's; None without any."""
    passages: tuple[PassageFigure, ...] = ()
    """By entry, and by frame."""
    changes: dict[str, TokenChanges] = {}
    """By the arm's label, where its replies were scored by another entry."""
    useless: dict[str, str] = {}
    """By entry and frame, why the likelihoods of its choices say nothing, and are in no figure."""

    def arm(self, label: str) -> ArmFacts:
        """Return an arm by its label."""
        return next(arm for arm in self.arms if arm.label == label)


def bounds(ends: Ends) -> Bounds:
    """Return ends as bounds, infinite where nothing is known."""
    lo, hi = ends
    return Bounds(float("-inf") if lo is None else lo, float("inf") if hi is None else hi)
