"""Two runs side by side: the same arm in both, paired by prompt."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from alignscope.lab.summary.estimating import Means, pair_of
from alignscope.lab.summary.figures import Difference, Figure
from alignscope.lab.summary.measures.measure import Kind, Unit
from alignscope.lab.summary.rows import PromptKey
from alignscope.lab.summary.tally import Tally


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A measure of one arm in two runs."""

    name: str
    label: str
    kind: Kind
    unit: Unit
    before: Figure | None
    """In the first run, over all of its prompts."""
    after: Figure | None
    """In the second one."""
    difference: Difference | None
    """Second less first, over the prompts that both asked; None without any."""


class ArmCompared(msgspec.Struct, frozen=True, kw_only=True):
    """An arm in two runs."""

    label: str
    models: tuple[tuple[str, ...], tuple[str, ...]]
    """Those of the first run and of the second."""
    measures: tuple[Compared, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two runs."""

    first: str
    second: str
    prompts: int
    """Number of prompts that both asked, with the same words."""
    only_first: int
    only_second: int
    arms: tuple[ArmCompared, ...]
    only: tuple[tuple[str, ...], tuple[str, ...]]
    """Labels of the arms that only one of them has."""


def compare(first: Tally, second: Tally) -> Comparison:
    """Compare two runs. Prompts are the same if their words are; arms if their labels are, or if each run has one."""
    shared = _shared(first.wording, second.wording)
    if len(first.arms) == len(second.arms) == 1:
        pairs = [(0, 0)]
    else:
        pairs = [
            (first.labels.index(label), place) for place, label in enumerate(second.labels) if label in first.labels
        ]
    arms = tuple(_arm(first, second, one, other, shared) for one, other in pairs)
    return Comparison(
        first=first.name,
        second=second.name,
        prompts=len(shared),
        only_first=len(first.prompts) - len(shared),
        only_second=len(second.prompts) - len(shared),
        arms=arms,
        only=(
            tuple(label for place, label in enumerate(first.labels) if place not in {one for one, _ in pairs}),
            tuple(label for place, label in enumerate(second.labels) if place not in {other for _, other in pairs}),
        ),
    )


def _shared(first: Mapping[PromptKey, str], second: Mapping[PromptKey, str]) -> dict[PromptKey, PromptKey]:
    """Return the prompts of the second run that the first has, too, each with its key there.

    Words that a run asks several times are matched in their order.
    """
    places = {place: key for key, place in _placed(first).items()}
    return {key: places[place] for key, place in _placed(second).items() if place in places}


def _placed(wording: Mapping[PromptKey, str]) -> dict[PromptKey, tuple[str, int]]:
    seen = Counter[str]()
    placed = {}
    for key, words in wording.items():
        placed[key] = (words, seen[words])
        seen[words] += 1
    return placed


def _arm(first: Tally, second: Tally, one: int, other: int, shared: Mapping[PromptKey, PromptKey]) -> ArmCompared:
    before, after = first.arms[one], second.arms[other]
    measures = []
    for measure in first.measures:
        if measure.across or measure not in second.measures:  # replies of two runs were cut to different lengths
            continue
        old = first.means(measure, before)
        new: dict[PromptKey, Means] = {
            shared[key]: means for key, means in second.means(measure, after).items() if key in shared
        }
        asked = set(shared.values())
        difference = pair_of(
            measure.kind, new, {key: means for key, means in old.items() if key in asked},
            of=f"{second.labels[other]} in {second.name}", less=f"{first.labels[one]} in {first.name}",
        )  # fmt: skip
        figures = first.figure(measure, before), second.figure(measure, after)
        if any(figures):
            measures.append(
                Compared(
                    name=measure.name, label=measure.label, kind=measure.kind, unit=measure.unit,
                    before=figures[0], after=figures[1], difference=difference,
                )
            )  # fmt: skip
    models = first.arm_facts(before).models, second.arm_facts(after).models
    return ArmCompared(label=second.labels[other], models=models, measures=tuple(measures))
