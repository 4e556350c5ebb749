"""Arms of a run: the facts that their rows share, their labels and tones, and the pairs that are compared."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Final

from alignscope.lab.row import Row
from alignscope.lab.summary.measures.measure import Reply
from alignscope.lab.summary.rows import Arm
from alignscope.measure.wording.openings import OPENING
from alignscope.model.events import End
from alignscope.model.lineup.pane import Pane
from alignscope.model.lineup.tones import Tone, tones
from alignscope.text.clean import clean_line

_KEPT: Final = 50_000
"""Most openings that are counted for an arm: beyond, those that came once are forgotten."""


@dataclass(slots=True)
class Facts:
    """The facts that an arm's rows share, and how the rows ended."""

    first: Row
    models: dict[str, None] = field(default_factory=dict)
    digests: dict[str, None] = field(default_factory=dict)
    servers: dict[str, None] = field(default_factory=dict)
    ends: Counter[End] = field(default_factory=Counter)
    prompts: int = 0
    openings: Counter[str] = field(default_factory=Counter)

    def add(self, row: Row) -> None:
        """Count a row."""
        self.models[row.model] = self.digests[row.digest] = self.servers[row.server] = None
        self.ends[row.end] += 1

    def count_openings(self, replies: Iterable[Reply]) -> None:
        """Count how replies open."""
        for reply in replies:
            self.openings[" ".join(reply.words[:OPENING])] += 1
        if len(self.openings) > _KEPT:
            self.openings = Counter({opening: number for opening, number in self.openings.items() if number > 1})


def ordered(facts: dict[Arm, Facts], ladder: Sequence[str] = ()) -> list[Arm]:
    """Return the stages of a ladder in their order, then base models, then others, then aligned ones, as they came."""
    order = {"base": 0, "other": 1, "aligned": 2}
    stages = {name: place for place, name in enumerate(ladder)}
    return sorted(facts, key=lambda arm: (stages.get(arm.entry, len(stages)), order[facts[arm].first.role]))


def labels_of(arms: Sequence[Arm]) -> list[str]:
    """Return each arm's entry, with its frame and sampling where those tell it from others of the same entry."""
    labels = []
    samplings = {arm.sampling for arm in arms}
    for arm in arms:
        frames = {other.frame for other in arms if other.entry == arm.entry}
        parts = [arm.entry, *([arm.frame] if len(frames) > 1 else []), *([arm.sampling] if len(samplings) > 1 else [])]
        labels.append(clean_line(" · ".join(parts)))
    used: Counter[str] = Counter()
    for place, label in enumerate(labels):
        used[label] += 1
        if used[label] > 1:  # two names that are cleaned to the same
            labels[place] = next(new for number in count(used[label]) if (new := f"{label} ({number})") not in labels)
    return labels


def tones_of(arms: Sequence[Arm], facts: Mapping[Arm, Facts]) -> list[Tone]:
    """Return the tone of each arm, which is that of the pane in which its replies open."""
    return tones([Pane(arm.entry, facts[arm].first.model, "", facts[arm].first.mode) for arm in arms])


def compared(arms: Sequence[Arm], facts: Mapping[Arm, Facts], ladder: Sequence[str] = ()) -> list[tuple[Arm, Arm]]:
    """Return which arms are compared, at equal sampling.

    All others with each base model's, or with the first. The stages of a ladder each with the one before, and the
    last with the first: what is between those is measured, too, and not added up from the steps.
    """
    stages = [name for name in ladder if any(arm.entry == name for arm in arms)]
    steps = [*pairwise(stages), *([(stages[0], stages[-1])] if len(stages) > 2 else [])]
    climbed = [
        (later, earlier)
        for before, after in steps
        for earlier in arms
        for later in arms
        if (earlier.entry, later.entry) == (before, after) and earlier.sampling == later.sampling
    ]
    bases = [arm for arm in arms if facts[arm].first.role == "base"] or arms[:1]
    return climbed + [
        (arm, base)
        for base in bases
        for arm in arms
        if arm not in bases and arm.entry not in stages and arm.sampling == base.sampling
    ]
