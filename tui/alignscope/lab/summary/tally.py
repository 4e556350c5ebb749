"""A run measured: each prompt's replies are read once, and only their values are kept."""

from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec

from alignscope import __version__
from alignscope.lab.claims.answering import answer
from alignscope.lab.claims.claim import Claim
from alignscope.lab.manifest import Manifest
from alignscope.lab.row import Row, Step
from alignscope.lab.summary.arms import Facts, compared, labels_of, ordered, tones_of
from alignscope.lab.summary.estimating import Means, holm_adjusted, one, pair_of
from alignscope.lab.summary.figures import ArmFacts, Difference, Figure, Group, Measured, Stretch, Summary
from alignscope.lab.summary.labels import Compared, Given, Labelled, labelled
from alignscope.lab.summary.measures import MEASURES
from alignscope.lab.summary.measures.measure import Measure, Reply
from alignscope.lab.summary.rows import Arm, PromptKey, Rows, Sample
from alignscope.lab.summary.scores.reading import Scores
from alignscope.lab.summary.scores.scored import Changes, scored
from alignscope.lab.summary.thirds import Thirds
from alignscope.measure.refusal.judging import judge
from alignscope.model.events import End
from alignscope.text.clean import clean_line, encodable

_OPENINGS: Final = 5
"""The commonest openings that are kept."""
_MOST_CATEGORIES: Final = 30


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
        ladder: Sequence[str] = (),
        claim: Claim | None = None,
        manifest: Manifest | None = None,
        unknown: Sequence[str] = (),
        given: Mapping[str, Given] | None = None,
        unread: str = "",
        told: Callable[[int, int], None] | None = None,
    ) -> None:
        """Read and measure every row.

        Args:
            primary: names of the measures that were named before the run; all others are exploratory.
            margins: by a measure's name, the greatest difference that doesn't matter, named before the run, too.
            ladder: entries that are stages of one model, in order.
            claim: what the run was made to answer.
            manifest: what the run was sent with; None for rows from elsewhere.
            unknown: names in the spec that no measure has.
            given: a person's labels, by the keys of rows.
            unread: what of the labels can't be read, in a sentence.
            told: is called with how many prompts are measured, and how many there are.
        """
        self.rows = rows
        self.scores = Scores(rows.folder)
        self._wanted = tuple(measures)
        self._primary = frozenset(primary)
        self._margins = dict(margins or {})
        self._ladder = tuple(ladder)
        self._claim = claim
        self.manifest = manifest
        self._unknown = tuple(unknown)
        self.given = dict(given or {})
        """A person's labels, by the keys of rows; a prompt is added again for those of its rows to hold."""
        self.labels_unread = unread
        """What of a person's labels can't be read, in a sentence."""
        self._compared: dict[PromptKey, list[Compared]] = {}
        self._vocabularies = {
            (entry.name, entry.model, entry.digest): entry.vocabulary for entry in (manifest.lineup if manifest else ())
        }
        self._facts: dict[Arm, Facts] = {}
        self._in_changes: set[str] = set()
        """Keys of the rows whose scores are in the changes."""
        self._counted: dict[PromptKey, int] = {}
        """How many of a prompt's rows, from the first on, are in the facts."""
        self._changes: dict[Arm, Changes] = {}
        self._thirds = Thirds()
        self._values: dict[tuple[str, Arm], dict[PromptKey, _Values]] = {}
        self.prompts: dict[PromptKey, str] = {}
        """Every prompt's category."""
        self.wording: dict[PromptKey, str] = {}
        """A hash of what every prompt says."""
        self._arrange()
        for number, (key, samples) in enumerate(rows.by_prompt()):
            if told is not None:
                told(number, rows.prompts)
            self.add(key, samples)

    @property
    def unread(self) -> tuple[str, ...]:
        """Sentences on labels and scores that can't be read."""
        return tuple(filter(None, (self.labels_unread, self.scores.unread)))

    @property
    def measures(self) -> list[Measure]:
        """The wanted measures that a run with these lists and scores can have."""
        lists, scores = self.rows.has_lists, len(self.scores) > 0
        return [each for each in self._wanted if each.possible(lists=lists, scores=scores)]

    def add(self, key: PromptKey, samples: Sequence[Sample]) -> None:
        """Measure all rows of a prompt, in place of what was measured when it had fewer of them, or fewer scores."""
        counted = self._counted.get(key, 0)
        self._counted[key] = len(samples)
        self.prompts[key] = samples[0].row.category
        self.wording[key] = sha256(encodable(samples[0].row.prompt).encode()).hexdigest()
        replies: dict[Arm, list[Reply]] = {}
        further: dict[Arm, list[Reply]] = {}
        for number, (row, steps) in enumerate(samples):
            arm = Arm(row.entry, row.frame, row.sampling)
            if arm not in self._facts:
                self._facts[arm] = Facts(row)
                self._arrange()
            if number >= counted:
                self._facts[arm].prompts += arm not in replies
                self._facts[arm].add(row)
            those = replies.setdefault(arm, [])
            if not row.failed:
                those.append(self.reply(row, steps))
                if number >= counted:
                    further.setdefault(arm, []).append(those[-1])
                if row.key not in self._in_changes and (score := those[-1].score) is not None:
                    self._in_changes.add(row.key)
                    self._changes.setdefault(arm, Changes()).add(score)
        for arm, new in further.items():
            self._facts[arm].count_openings(new)
        self._compared[key] = [
            Compared(self.given[row.key], judge(row.prompt, row.text).label)
            for row, _ in samples
            if row.key in self.given and not row.failed
        ]
        for measure in self.measures:
            for arm, values in measure.of(replies).items():
                if values:
                    kept = _Values(array("d", [v.lo for v in values]), array("d", [v.hi for v in values]))
                    self._values.setdefault((measure.name, arm), {})[key] = kept
            self._thirds.add(measure, key, replies)

    @property
    def labelled(self) -> Labelled | None:
        """A person's labels against the rule's; None without any."""
        return labelled(self._compared.values())

    def _arrange(self) -> None:
        self.arms = ordered(self._facts, self._ladder)
        self.labels = labels_of(self.arms)
        self.tones = tones_of(self.arms, self._facts)

    def reply(self, row: Row, steps: Sequence[Step]) -> Reply:
        """Return a row as measures read it, with what the manifest says of its model and a person of itself."""
        given = self.given.get(row.key)
        vocabulary = self._vocabularies.get((row.entry, row.model, row.digest))
        return Reply(row, steps, vocabulary, given.label if given else None, self.scores)

    # What came of it

    @property
    def name(self) -> str:
        """The run's name, which is its folder's."""
        return clean_line(self.rows.folder.resolve().name)

    def summary(self, *, tested: bool = True) -> Summary:
        """Return all figures; see `measured`."""
        found = [self.measured(measure, tested=tested) for measure in self.measures]
        return self.summed([each for each in found if each is not None], answered=tested)

    def measured(self, measure: Measure, *, tested: bool = True, alone: bool = False) -> Measured | None:
        """Return a measure with its figures; None without any.

        Args:
            tested: with p values, by category and along replies, all of which take most of the time.
            alone: by category and along replies, but without p values, which are adjusted for there being several.
        """
        figures = self._figures(measure)
        if not figures:
            return None
        return Measured(
            name=measure.name, label=measure.label, kind=measure.kind, unit=measure.unit,
            formula=measure.formula, source=measure.source, caveat=measure.caveat,
            primary=measure.name in self._primary, figures=figures,
            differences=self._differences(measure, tested=tested and not alone),
            groups=self._groups(measure) if tested or alone else (),
            thirds=self._along(measure) if tested or alone else {},
        )  # fmt: skip

    def summed(self, measured: Sequence[Measured], *, answered: bool = True) -> Summary:
        """Return measures with what else is known of the run.

        Args:
            answered: with the answer to its claim, which takes tests.
        """
        return Summary(
            run=self.name,
            prompts=len(self.prompts),
            rows=len(self.rows),
            damaged=self.rows.damaged,
            unread=self.unread,
            arms=tuple(map(self.arm_facts, self.arms)),
            measures=holm_adjusted(measured),
            version=__version__,
            unknown=self._unknown,
            claim=answer(self._claim, self, self._margins) if self._claim and answered else None,
            labelled=self.labelled,
            **scored(self.scores, self._changes, self.arms, self.labels),
            **self._told(),
        )

    def _figures(self, measure: Measure, prompts: Collection[PromptKey] | None = None) -> dict[str, Figure]:
        return {
            label: figure
            for arm, label in zip(self.arms, self.labels, strict=True)
            if (figure := self.figure(measure, arm, prompts)) is not None
        }

    def _differences(
        self, measure: Measure, prompts: Collection[PromptKey] | None = None, *, tested: bool = True
    ) -> tuple[Difference, ...]:
        found = (self.difference(measure, of, less, prompts, tested=tested) for of, less in self.pairs())
        return tuple(each for each in found if each is not None)

    def _groups(self, measure: Measure) -> tuple[Group, ...]:
        categories: dict[str, set[PromptKey]] = {}
        for prompt, category in self.prompts.items():
            categories.setdefault(category, set()).add(prompt)
        if not 1 < len(categories) <= _MOST_CATEGORIES:
            return ()
        return tuple(
            Group(
                category=clean_line(category), prompts=len(prompts), figures=figures,
                differences=self._differences(measure, prompts),
            )
            for category, prompts in categories.items()
            if (figures := self._figures(measure, prompts))
        )  # fmt: skip

    def _along(self, measure: Measure) -> dict[str, tuple[Stretch, Stretch, Stretch]]:
        found = {label: self._thirds.of(measure, arm) for arm, label in zip(self.arms, self.labels, strict=True)}
        return {label: thirds for label, thirds in found.items() if thirds is not None}

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
        # The rule's own error is no longer that of figures in which a person's labels are.
        corrected = None if any(self._compared.values()) else measure.corrected
        return one(measure.kind, list(means.values()), asked, corrected)

    def difference(
        self, measure: Measure, of: Arm, less: Arm, prompts: Collection[PromptKey] | None = None, *, tested: bool = True
    ) -> Difference | None:
        """Return a measure of one arm less that of another, untested for some prompts only.

        None without any prompt that both have.
        """
        labels = dict(zip(self.arms, self.labels, strict=True))
        return pair_of(
            measure.kind, self.means(measure, of, prompts), self.means(measure, less, prompts),
            of=labels[of], less=labels[less], margin=self._margins.get(measure.name),
            tested=tested and prompts is None,
        )  # fmt: skip

    def pairs(self) -> list[tuple[Arm, Arm]]:
        """Return which arms are compared; see `compared`."""
        return compared(self.arms, self._facts, self._ladder)

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

    def role(self, arm: Arm) -> str:
        """Return what an arm is compared as."""
        return self._facts[arm].first.role

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
