"""A folder's figures kept up with its rows, a little at a time."""

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from alignscope.files.yaml_file import FileError
from alignscope.lab import manifest
from alignscope.lab.manifest import Manifest
from alignscope.lab.report.text import about_measure, drawn_measure, paragraph
from alignscope.lab.summary import labels, words
from alignscope.lab.summary.figures import Measured
from alignscope.lab.summary.opening import open_run
from alignscope.lab.summary.rows import GrowingRows, PromptKey, RunError
from alignscope.lab.summary.tally import Tally
from alignscope.lab.watching.messages import Found, Lines, Page, Replies, Table, Told
from alignscope.lab.watching.values import REFUSED

_LOOK: Final = 2**24
"""Bytes of rows that are looked for in one go."""
_SLICE: Final = 0.1
"""Seconds of measuring in one go."""


class Measuring:
    """The measures of a folder's rows so far, kept up while it grows."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begin()

    def _begin(self) -> None:
        self._rows = GrowingRows(self._folder)
        self._tally: Tally | None = None
        self._manifest: Manifest | None = None
        self._manifest_at: tuple[int, int] | None = None
        self._waiting: dict[PromptKey, None] = {}
        """Prompts that have rows which aren't measured, in the order in which they are."""
        self._measured = 0
        self._rows_of: dict[PromptKey, int] = {}
        self._tests: Iterator[Measured | None] | None = None
        self._tested: list[Measured] = []
        self._whole: Table | None = None
        self._labels = labels.Following(self._folder)
        self.labelled = False
        """Whether a person's label has changed since the last table."""

    @property
    def told(self) -> Told:
        """The facts in the manifest."""
        found = self._manifest
        return Told(found.rows if found else 0, bool(found and found.ended))

    @property
    def rests(self) -> bool:
        """Whether all rows that were found are measured."""
        return not self._waiting

    def step(self) -> bool:
        """Look for rows, scores and labels, and measure some; return whether anything came of that. Raises RunError."""
        if self._rows.replaced or (self._tally is not None and self._tally.scores.replaced):
            self._begin()
        told = self._read_manifest()
        self._waiting |= self._rows.look(_LOOK)
        scored, labelled = self._further_scores(), self._further_labels()
        if not (told or scored or labelled or self._waiting):
            return False
        self._tests, self._whole, self._tested = None, None, []
        tally = self._opened()
        ends = time.monotonic() + _SLICE
        while self._waiting and time.monotonic() < ends:
            prompt = next(iter(self._waiting))
            del self._waiting[prompt]
            self._add(tally, prompt)
        return True

    def _further_scores(self) -> bool:
        """Have prompts measured again of which more is scored; return whether any scores came."""
        if self._tally is None:
            return False
        came = self._tally.scores.look(_LOOK)
        self._again(came.prompts)
        self._again(self._prompts_of(came.rows))
        return came.lines > 0

    def _further_labels(self) -> bool:
        """Have prompts measured again of whose replies a person says something else; return whether there is news."""
        changed, tally = self._labels.look(), self._tally
        if tally is None:
            return False
        before, tally.labels_unread = tally.labels_unread, self._labels.unread
        if not changed:
            return before != tally.labels_unread
        tally.given = dict(self._labels.given)
        self._again(self._prompts_of(changed))
        self.labelled = True
        return True

    def _prompts_of(self, keys: Iterable[str]) -> Iterator[PromptKey]:
        return (self._rows.prompt_of[key] for key in keys if key in self._rows.prompt_of)

    def _again(self, prompts: Iterable[PromptKey]) -> None:
        self._waiting.update((prompt, None) for prompt in prompts if prompt in self._rows_of)

    def test(self) -> bool:
        """Compute p values of one measure more; return whether there are more to come."""
        if self._whole is not None or self._tally is None:
            return False
        tally = self._tally
        if self._tests is None:
            self._tests = (tally.measured(measure) for measure in tally.measures)
        for measured in self._tests:
            if measured is not None:
                self._tested.append(measured)
            return True
        self._whole = self._table(tally, self._tested, tested=True)
        return False

    def table(self) -> Table | None:
        """Return all figures so far, with p values if `test` has computed them; None without any row."""
        return next((table for table in self.making() if table is not None), None)

    def making(self) -> Iterator[Table | None]:
        """Yield None after every measure, and at last all figures so far; nothing without any row."""
        tally = self._tally
        if self._whole is not None:
            yield self._whole
        elif tally is not None:
            made = []
            for measure in tally.measures:
                made.append(tally.measured(measure, tested=False))
                yield None
            yield self._table(tally, [each for each in made if each is not None], tested=False)

    def _table(self, tally: Tally, measured: Sequence[Measured], *, tested: bool) -> Table:
        self.labelled = False
        summary = tally.summed(measured, answered=tested)
        return Table(summary, self._measured, len(self._rows), len(tally.scores), tested)

    # What is asked

    def page(self, page: Page) -> Lines:
        """Return a measure with its plots, these first."""
        tally = self._tally
        measure = next((each for each in tally.measures if each.name == page.measure), None) if tally else None
        if tally is None or measure is None:
            return Lines(page.measure, page.width, ())
        if self._whole is not None:
            measured = next((each for each in self._whole.summary.measures if each.name == page.measure), None)
        else:
            measured = tally.measured(measure, alone=True)
        if measured is None:
            return Lines(page.measure, page.width, ())
        lines = []
        if page.measure == REFUSED and (labelled := tally.labelled) is not None:
            lines += [*paragraph(labels.describe(labelled), page.width), ""]
        lines += [*drawn_measure(tally, measured, page.width)[1:], ""]
        lines += about_measure(measured, page.width)
        if self._whole is not None:
            lines += paragraph(words.about_intervals(self._whole.summary), page.width)
        return Lines(page.measure, page.width, tuple(lines))

    def replies(self, asked: Replies) -> Found:
        """Return the rows to a prompt with one sample number, with their lists."""
        try:
            samples = self._rows.samples((asked.set, asked.prompt_id))
        except (KeyError, OSError):
            return Found(asked, (), {})
        those = [sample for sample in samples if sample.row.sample == asked.sample]
        return Found(
            asked, tuple(row for row, _ in those), {sample.row.key: sample.steps for sample in those if sample.steps}
        )

    # What it comes from

    def _read_manifest(self) -> bool:
        """Read the manifest if it has changed; return whether figures have to tell of it. Raises RunError."""
        try:
            found = (self._folder / manifest.NAME).stat()
            at = (found.st_ino, found.st_mtime_ns)
        except OSError:
            at = None
        if at == self._manifest_at:
            return False
        self._manifest_at = at
        try:
            now = manifest.read(self._folder)
        except FileError as error:
            raise RunError(str(error)) from error
        before, self._manifest = self._manifest, now
        if self._tally is None:
            return False
        if before is not None and now is not None and (before.spec, before.lineup) == (now.spec, now.lineup):
            self._tally.manifest = now
            return True
        self._begin()
        return False

    def _opened(self) -> Tally:
        if self._tally is None:
            self._tally = open_run(self._folder, rows=self._rows)
        return self._tally

    def _add(self, tally: Tally, prompt: PromptKey) -> None:
        try:
            samples = self._rows.samples(prompt)
        except OSError as error:
            raise RunError(f"{self._folder} can't be read: {error.strerror or error}") from error
        if samples:
            tally.add(prompt, samples)
            self._measured += len(samples) - self._rows_of.get(prompt, 0)
            self._rows_of[prompt] = len(samples)
