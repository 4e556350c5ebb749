"""Answer a claim by a run: measure its comparisons, paired by prompt, and decide them."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

import msgspec

from alignscope.lab.claims import deciding
from alignscope.lab.claims.answered import Answered, CellFigure, Compared
from alignscope.lab.claims.claim import ANY, Cell, Claim, Part, Than
from alignscope.lab.summary.estimating import Means, one
from alignscope.lab.summary.measures import MEASURES
from alignscope.lab.summary.measures.measure import Kind, Measure
from alignscope.lab.summary.rows import Arm, PromptKey
from alignscope.measure.bounds import Bounds, difference_bounds
from alignscope.measure.statistics.estimate import LEAST_PROMPTS
from alignscope.measure.statistics.margins import Chances, Direction, against_margin, prompts_needed
from alignscope.measure.statistics.paired import bounded_difference, outcomes
from alignscope.measure.statistics.verdicts import Verdict
from alignscope.text.clean import clean_line

_SAME: Final = 1e-9
Item = tuple[str, str]
"""An item: the prompt set, and a prompt's id without its category. Several prompts may be about one item."""


class Run(Protocol):
    """The parts of a run that an answer needs."""

    arms: list[Arm]
    labels: list[str]
    prompts: dict[PromptKey, str]

    @property
    def measures(self) -> list[Measure]:
        """The measures of the run."""
        ...

    def role(self, arm: Arm) -> str:
        """Return an arm's role."""
        ...

    def means(self, measure: Measure, arm: Arm, prompts: Collection[PromptKey] | None = None) -> dict[PromptKey, Means]:
        """Return the means of an arm's prompts, all or some of them."""
        ...


class _Found(NamedTuple):
    """The values that a run has for a cell."""

    figure: CellFigure | None
    means: Mapping[Item, Means]
    missing: str
    """Why there is nothing, as a sentence; "" if there is something."""


def answer(claim: Claim, run: Run, margins: Mapping[str, float]) -> Answered:
    """Return a claim's answer by a run.

    Args:
        margins: by measure, those of the spec, which go before the claim's own.
    """
    parts = [_compared(each, run, margins) for part in claim.parts for each in _each(part, run)]
    beside = [_compared(each, run, margins) for part in claim.beside for each in _each(part, run)]
    decided = deciding.of_parts([chances for _, chances in parts])
    looked_at = [deciding.alone(chances) for _, chances in beside]
    told = [
        *(_told(compared, each, decides=True) for (compared, _), each in zip(parts, decided, strict=True)),
        *(_told(compared, each, decides=False) for (compared, _), each in zip(beside, looked_at, strict=True)),
    ]
    return Answered(
        name=claim.name, says=claim.says, heard=claim.heard,
        verdict=deciding.together([each.verdict for each in decided], claim.decide),
        how=_how(claim, len(parts)), parts=tuple(told), shows_not=claim.shows_not,
    )  # fmt: skip


def _how(claim: Claim, number: int) -> str:
    if number == 1:
        return "By one comparison: yes or no where its interval of 95 % lies wholly on one side of the margin."
    which = (
        "yes if all of them hold, no if one doesn't" if claim.decide == "all" else "yes if one holds, no if none does"
    )
    return (
        f"By {number} comparisons, {which}, and otherwise it can't be told. Each is yes or no where its interval of"
        " 95 % lies wholly on one side of the margin, also after Holm's correction for their number. The margins were"
        " named before the run."
    )


def _each(part: Part, run: Run) -> list[Part]:
    """Return the part once for each entry that its names with `*` stand for; a part without any stays as it is."""
    open_ = [cell.who.removesuffix(ANY) for cell in part.cells if cell.who.endswith(ANY)]
    if not open_:
        return [part]
    entries = list(dict.fromkeys(arm.entry for arm in run.arms))
    ends = [entry.removeprefix(open_[0]) for entry in entries if entry.startswith(open_[0])]
    ends = [end for end in ends if end and all(f"{begin}{end}" in entries for begin in open_)]

    def named(cell: Cell, end: str) -> Cell:
        who = f"{cell.who.removesuffix(ANY)}{end}" if cell.who.endswith(ANY) else cell.who
        return msgspec.structs.replace(cell, who=who)

    return [
        msgspec.structs.replace(
            part, says=f"{part.says.rstrip('.')}: {clean_line(end)}.", of=named(part.of, end),
            less=named(part.less, end),
            than=Than(of=named(part.than.of, end), less=named(part.than.less, end)) if part.than else None,
        )
        for end in ends
    ] or [part]  # fmt: skip


def _told(compared: Compared, decided: deciding.Decided, *, decides: bool) -> Compared:
    why = compared.why
    if decided.verdict is Verdict.CANT_TELL and not why:
        alone = deciding.alone(None if decided.p is None else Chances(decided.p, 1.0)).verdict
        several = decided.p is not None and alone is not Verdict.CANT_TELL
        why = (
            "the interval is clear of the margin by itself, and not as one of several"
            if several
            else f"the interval lies on both sides of the margin{_would_decide(compared)}"
        )
    if decided.verdict is Verdict.NO and compared.direction is Direction.SAME:
        why = "it is higher" if (compared.value[0] or 0.0) > 0 else "it is lower"
    return msgspec.structs.replace(
        compared, verdict=decided.verdict, why=why, p=decided.p, p_holm=decided.p_holm if decides else None,
        decides=decides,
    )  # fmt: skip


def _would_decide(compared: Compared) -> str:
    """Return how many items would tell, rounded up to two digits; "" where none would."""
    if compared.enough is None:
        return ""
    step = 10 ** max(0, len(str(compared.enough)) - 2)
    about = -(-compared.enough // step) * step
    return f"; about {about:,} pairs would tell in four of five runs, if the difference is what it is here"


def _compared(part: Part, run: Run, margins: Mapping[str, float]) -> tuple[Compared, Chances | None]:
    """Return a comparison that isn't decided yet, and what it says of the margin."""
    measure = next((each for each in run.measures if each.name == part.measure), None)
    margin = max(0.0, margins.get(part.measure, part.margin))
    known = next((each for each in MEASURES if each.name == part.measure), None)
    compared = Compared(
        says=part.says, measure=part.measure, label=known.label if known else part.measure,
        unit=str(known.unit) if known else "", direction=part.direction, margin=margin, decides=True,
        verdict=Verdict.CANT_TELL, why="",
    )  # fmt: skip
    if measure is None:
        return msgspec.structs.replace(compared, why=f"nothing was measured: {_lacking(part.measure, known)}"), None
    found = [_found(cell, measure, run) for cell in part.cells]
    compared = msgspec.structs.replace(
        compared, cells=tuple(each.figure for each in found if each.figure is not None),
        why=next((each.missing for each in found if each.missing), ""),
    )  # fmt: skip
    if compared.why:
        return compared, None
    compared, chances = _with_difference(
        compared, [each.means for each in found], rates=measure.kind is not Kind.NUMBER
    )
    if len(found) > 2 and all(_below(each.figure, part.floor) for each in found[::2]):
        why = f"both are below {part.floor:.0%}, so who had more has lost more"
        return msgspec.structs.replace(compared, why=why), None
    return compared, chances


def _below(figure: CellFigure | None, floor: float) -> bool:
    return figure is not None and figure.value[1] is not None and figure.value[1] < floor


def _lacking(name: str, measure: Measure | None) -> str:
    """Return why a run doesn't have a measure."""
    if measure is not None and measure.lists:
        return "no lists of tokens were fetched"
    if measure is not None and measure.scored:
        return "nothing was scored beside the replies"
    return f"the spec's `measures` leave {name} out"


def _with_difference(
    compared: Compared, cells: Sequence[Mapping[Item, Means]], *, rates: bool
) -> tuple[Compared, Chances | None]:
    shared = [item for item in cells[0] if all(item in cell for cell in cells[1:])]
    # A difference of differences goes from -2 to 2; halved, it is one of the means of two rates each.
    scale = len(cells) / 2
    each = [_contrast([cell[item] for cell in cells], scale) for item in shared]
    spanned = bounded_difference(each, rates=rates)
    if spanned is None:
        return msgspec.structs.replace(compared, why="nothing was measured that both have"), None
    known = outcomes([difference.lo for difference in each if difference.met(_SAME)])
    wins = known.wins + sum(not d.met(_SAME) and d.lo > 0 for d in each)
    losses = known.losses + sum(not d.met(_SAME) and d.hi < 0 for d in each)
    chances = against_margin(each, compared.direction, compared.margin / scale, rates=rates)
    interval = spanned.interval if chances is not None else None
    why = ""
    if chances is None:
        few = len(each) < LEAST_PROMPTS
        why = (
            f"too few prompts: {len(each)}, and {LEAST_PROMPTS} are needed"
            if few
            else "no interval can be had: all differ alike, or a bound is unknown"
        )
    return (
        msgspec.structs.replace(
            compared, why=why, items=len(each), wins=wins, ties=known.ties, losses=losses,
            undecided=len(each) - wins - losses - known.ties,
            enough=prompts_needed(each, compared.direction, compared.margin / scale, rates=rates),
            value=Bounds(spanned.lo.point * scale, spanned.hi.point * scale).finite,
            interval=Bounds(interval.lo * scale, interval.hi * scale).finite if interval is not None else None,
        ),
        chances,
    )  # fmt: skip


def _contrast(means: Sequence[Means], scale: float) -> Bounds:
    bounds = [Bounds(each.lo, each.hi) for each in means]
    first = difference_bounds(bounds[0], bounds[1])
    both = first if len(bounds) == 2 else difference_bounds(first, difference_bounds(bounds[2], bounds[3]))
    return Bounds(both.lo / scale, both.hi / scale)


def _found(cell: Cell, measure: Measure, run: Run) -> _Found:
    arm = _arm(cell, run)
    if arm is None:
        frame = f" asked as {cell.frame}" if cell.frame else ""
        return _Found(
            None, {}, f"nothing was measured: the run has no {clean_line(cell.who)}{frame}, by name or by role"
        )
    prompts = {
        key
        for key, category in run.prompts.items()
        if (not cell.categories or category in cell.categories) and (not cell.sets or key[0] in cell.sets)
    }
    means = run.means(measure, arm, prompts)
    figure = one(measure.kind, list(means.values()))
    label = " · ".join([run.labels[run.arms.index(arm)], *cell.categories])
    if figure is None:
        return _Found(None, {}, f"nothing was measured of {label}")
    told = CellFigure(
        label=label, value=figure.value, interval=figure.interval, prompts=figure.prompts, replies=figure.replies,
        # Of numbers and shares, bounds say it; their count would say nothing more.
        undetermined=figure.undetermined if measure.kind is Kind.RATE else 0,
    )  # fmt: skip
    return _Found(told, _by_item(means, run.prompts), "")


def _arm(cell: Cell, run: Run) -> Arm | None:
    """Return the arm of a cell: by its entry's name, else the first one with the role."""
    named = [arm for arm in run.arms if arm.entry == cell.who] or [arm for arm in run.arms if run.role(arm) == cell.who]
    framed = [arm for arm in named if not cell.frame or arm.frame == cell.frame]
    sampled = [arm for arm in framed if arm.sampling == cell.sampling]
    return next(iter(sampled or framed), None)


def _by_item(means: Mapping[PromptKey, Means], categories: Mapping[PromptKey, str]) -> dict[Item, Means]:
    """Return means by item, so that prompts about one thing make a pair: an id is the item and then its category."""
    items: dict[Item, list[Means]] = {}
    for (set_, id), each in means.items():
        items.setdefault((set_, id.removesuffix(f"-{categories[set_, id]}")), []).append(each)
    return {item: _mean(several) for item, several in items.items()}


def _mean(several: Sequence[Means]) -> Means:
    return Means(
        math.fsum(each.lo for each in several) / len(several), math.fsum(each.hi for each in several) / len(several),
        sum(each.values for each in several), sum(each.undetermined for each in several),
    )  # fmt: skip
