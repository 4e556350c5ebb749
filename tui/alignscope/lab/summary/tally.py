"""A run measured: each prompt's replies are read once, and only their values are kept."""

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import Any, Final, NamedTuple

import msgspec

from alignscope import __version__
from alignscope.lab.manifest import Manifest
from alignscope.lab.row import Row
from alignscope.lab.summary.estimating import Means, holm_adjusted, one, pair_of
from alignscope.lab.summary.figures import ArmFacts, Difference, Figure, Measured, Summary
from alignscope.lab.summary.measures import MEASURES, Measure, Reply
from alignscope.lab.summary.rows import Arm, PromptKey, Rows
from alignscope.measure.wording.openings import OPENING
from alignscope.model.events import End
from alignscope.model.tones import TONES, Tone
from alignscope.text.clean import clean_line, encodable

_OPENINGS: Final = 5
"""The commonest openings that are kept."""
_KEPT: Final = 50_000
"""Most openings that are counted for an arm: beyond, those that came once are forgotten."""


@dataclass(slots=True)
class _Facts:
    """What an arm's rows have in common, and how they ended."""

    first: Row
    models: dict[str, None] = field(default_factory=dict)
    digests: dict[str, None] = field(default_factory=dict)
    servers: dict[str, None] = field(default_factory=dict)
    ends: Counter[End] = field(default_factory=Counter)
    prompts: int = 0
    openings: Counter[str] = field(default_factory=Counter)

    def add(self, row: Row) -> None:
        self.models[row.model] = self.digests[row.digest] = self.servers[row.server] = None
        self.ends[row.end] += 1


class _Values(NamedTuple):
    """The bounds of a prompt's values."""

    lo: "array[float]"
    hi: "array[float]"


class Tally:
    """All values of a run, by measure, arm and prompt."""

    def __init__(
        self,
        rows: Rows,
        *,
        measures: Sequence[Measure] = MEASURES,
        primary: Collection[str] = (),
        margins: Mapping[str, float] | None = None,
        manifest: Manifest | None = None,
        unknown: Sequence[str] = (),
    ) -> None:
        """Read and measure every row.

        Args:
            primary: names of the measures that were named before the run; all others are exploratory.
            margins: by a measure's name, the greatest difference that doesn't matter, named before the run, too.
            manifest: what the run was sent with; None for rows from elsewhere.
            unknown: names in the spec that no measure has.
        """
        self.rows = rows
        self.measures = [measure for measure in measures if rows.has_lists or not measure.lists]
        self._primary = frozenset(primary)
        self._margins = dict(margins or {})
        self.manifest = manifest
        self._unknown = tuple(unknown)
        self._facts: dict[Arm, _Facts] = {}
        self._values: dict[tuple[str, Arm], dict[PromptKey, _Values]] = {}
        self.prompts: dict[PromptKey, str] = {}
        """Every prompt's category."""
        self.wording: dict[PromptKey, str] = {}
        """A hash of what every prompt says."""
        self._read()
        self.arms = _ordered(self._facts)
        self.labels = _labels(self.arms)
        self.tones = _tones([self._facts[arm].first.role for arm in self.arms])

    def _read(self) -> None:
        for key, samples in self.rows.by_prompt():
            self.prompts[key] = samples[0].row.category
            self.wording[key] = sha256(encodable(samples[0].row.prompt).encode()).hexdigest()
            replies: dict[Arm, list[Reply]] = {}
            for row, steps in samples:
                arm = Arm(row.entry, row.frame, row.sampling)
                if arm not in self._facts:
                    self._facts[arm] = _Facts(row)
                self._facts[arm].add(row)
                those = replies.setdefault(arm, [])
                if not row.failed:
                    those.append(Reply(row, steps))
            for arm, those in replies.items():
                self._facts[arm].prompts += 1
                self._count_openings(self._facts[arm].openings, those)
            for measure in self.measures:
                for arm, values in measure.of(replies).items():
                    if values:
                        kept = _Values(array("d", [v.lo for v in values]), array("d", [v.hi for v in values]))
                        self._values.setdefault((measure.name, arm), {})[key] = kept

    def _count_openings(self, openings: Counter[str], replies: Iterable[Reply]) -> None:
        for reply in replies:
            openings[" ".join(reply.words[:OPENING])] += 1
        if len(openings) > _KEPT:
            for opening in [opening for opening, number in openings.items() if number == 1]:
                del openings[opening]

    # What came of it

    @property
    def name(self) -> str:
        """The run's name, which is its folder's."""
        return clean_line(self.rows.folder.resolve().name)

    def summary(self) -> Summary:
        """Return all figures."""
        measured = []
        for measure in self.measures:
            figures = {
                label: figure
                for arm, label in zip(self.arms, self.labels, strict=True)
                if (figure := self.figure(measure, arm)) is not None
            }
            differences = [
                found
                for of, less in self.pairs()
                if (found := self.difference(measure, of, less)) is not None
            ]  # fmt: skip
            if figures:
                measured.append(
                    Measured(
                        name=measure.name, label=measure.label, kind=measure.kind, unit=measure.unit,
                        formula=measure.formula, source=measure.source, caveat=measure.caveat,
                        primary=measure.name in self._primary, figures=figures, differences=tuple(differences),
                    )
                )  # fmt: skip
        return Summary(
            run=self.name,
            prompts=len(self.prompts),
            rows=len(self.rows),
            damaged=self.rows.damaged,
            arms=tuple(map(self.arm_facts, self.arms)),
            measures=holm_adjusted(measured),
            version=__version__,
            unknown=self._unknown,
            **self._told(),
        )

    def _told(self) -> dict[str, Any]:
        """Return what the manifest tells of the run."""
        told = self.manifest
        if told is None:
            return {}
        return {"about": told.about, "started": told.started, "ended": told.ended, "planned": told.rows}

    def figure(self, measure: Measure, arm: Arm, prompts: Collection[PromptKey] | None = None) -> Figure | None:
        """Return a measure of an arm, over all or some of its prompts; None without any value."""
        means = self.means(measure, arm, prompts)
        asked = self._facts[arm].prompts if prompts is None else None
        return one(measure.kind, list(means.values()), asked)

    def difference(self, measure: Measure, of: Arm, less: Arm) -> Difference | None:
        """Return a measure of one arm less that of another; None without a prompt that both have."""
        labels = dict(zip(self.arms, self.labels, strict=True))
        return pair_of(
            measure.kind, self.means(measure, of), self.means(measure, less),
            of=labels[of], less=labels[less], margin=self._margins.get(measure.name),
        )  # fmt: skip

    def pairs(self) -> list[tuple[Arm, Arm]]:
        """Return which arms are compared: all others with each base model's, or with the first, at equal sampling."""
        bases = [arm for arm in self.arms if self._facts[arm].first.role == "base"] or self.arms[:1]
        return [
            (arm, base)
            for base in bases
            for arm in self.arms
            if arm not in bases and arm.sampling == base.sampling
        ]  # fmt: skip

    def values(self, measure: Measure, arm: Arm) -> list[float]:
        """Return every known value of an arm, for a histogram."""
        return [
            lo
            for lows, highs in self._values.get((measure.name, arm), {}).values()
            for lo, hi in zip(lows, highs, strict=True)
            if lo == hi
        ]

    def of_prompt(self, measure: Measure, arm: Arm, prompt: PromptKey) -> list[float]:
        """Return the known values of one prompt, for a strip."""
        values = self._values.get((measure.name, arm), {}).get(prompt)
        return [lo for lo, hi in zip(*values, strict=True) if lo == hi] if values else []

    def means(self, measure: Measure, arm: Arm, prompts: Collection[PromptKey] | None = None) -> dict[PromptKey, Means]:
        """Return the means of an arm's prompts, all or some of them."""
        return {
            prompt: Means(sum(lows) / len(lows), sum(highs) / len(highs), len(lows), _open(lows, highs))
            for prompt, (lows, highs) in self._values.get((measure.name, arm), {}).items()
            if prompts is None or prompt in prompts
        }

    def arm_facts(self, arm: Arm) -> ArmFacts:
        """Return what is known of an arm beside its figures."""
        facts = self._facts[arm]
        place = self.arms.index(arm)
        first, ends = facts.first, facts.ends
        told = (
            next((entry for entry in self.manifest.lineup if entry.name == arm.entry), None) if self.manifest else None
        )
        return ArmFacts(
            label=self.labels[place], entry=arm.entry, frame=arm.frame, sampling=arm.sampling, role=first.role,
            mode=str(first.mode), tone=self.tones[place],
            models=tuple(facts.models), digests=tuple(filter(None, facts.digests)), servers=tuple(facts.servers),
            server_label=told.label if told else "", template=told.template if told else "",
            options=msgspec.to_builtins(first.options), sent=first.sent,
            prompts=facts.prompts, rows=ends.total(), errors=ends[End.ERROR], cut=ends[End.CUT] + ends[End.CANCELLED],
            limit=ends[End.LENGTH], loops=ends[End.LOOP],
            openings=tuple(facts.openings.most_common(_OPENINGS)),
        )  # fmt: skip


def _open(lows: "array[float]", highs: "array[float]") -> int:
    return sum(lo != hi for lo, hi in zip(lows, highs, strict=True))


def _ordered(facts: dict[Arm, _Facts]) -> list[Arm]:
    """Return base models first and aligned ones last, otherwise as they came."""
    order = {"base": 0, "other": 1, "aligned": 2}
    return sorted(facts, key=lambda arm: order[facts[arm].first.role])


def _labels(arms: Sequence[Arm]) -> list[str]:
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


def _tones(roles: Sequence[str]) -> list[Tone]:
    """Return the tone of each arm: the first base model's, the last aligned one's, and the others' in turn."""
    preferred: dict[int, Tone] = {}
    if "base" in roles:
        preferred[roles.index("base")] = "base"
    if "aligned" in roles:
        preferred[len(roles) - 1 - list(reversed(roles)).index("aligned")] = "instruct"
    others = (*TONES[2:], *TONES[:2])
    free = [tone for tone in others if tone not in preferred.values()] or others
    rest = iter(range(len(roles)))
    return [preferred[place] if place in preferred else free[next(rest) % len(free)] for place in range(len(roles))]
