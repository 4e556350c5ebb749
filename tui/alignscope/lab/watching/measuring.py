"""A folder's figures kept up with its rows, a little at a time."""

import time
from collections.abc import Iterator
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
from alignscope.lab.watching.messages import Found, Labelled, Lines, Page, Replies, Table
from alignscope.lab.watching.values import REFUSED

_LOOK: Final = 2**24
"""Bytes of rows that are looked for in one go."""
_SLICE: Final = 0.1
"""Seconds of measuring in one go."""


class Measuring:
    """What a folder's rows come to so far."""

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
        self._with_lists = False

    @property
    def rests(self) -> bool:
        """Whether all rows that were found are measured."""
        return not self._waiting

    def step(self) -> bool:
        """Look for rows, and measure some of them; return whether anything came of that. Raises RunError."""
        if self._rows.replaced:
            self._begin()
        self._read_manifest()
        came = self._rows.look(_LOOK)
        if self._rows.has_lists is not self._with_lists and self._rows_of:
            self._begin()  # measures of lists are left out of a run without any
            return True
        if came:
            self._waiting |= came
        if not self._waiting:
            return False
        self._tests, self._whole, self._tested = None, None, []
        tally = self._opened()
        ends = time.monotonic() + _SLICE
        while self._waiting and time.monotonic() < ends:
            prompt = next(iter(self._waiting))
            del self._waiting[prompt]
            self._add(tally, prompt)
        return True

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
        self._whole = Table(tally.summed(self._tested), self._measured, len(self._rows), tested=True)
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
            summary = tally.summed([each for each in made if each is not None], answered=False)
            yield Table(summary, self._measured, len(self._rows), tested=False)

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
            lines += [*paragraph(labels.words(labelled), page.width), ""]
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

    def labelled(self, told: Labelled) -> None:
        """Measure a prompt again, after a person said something of its replies."""
        if self._tally is not None:
            self._tally.given = labels.read(self._folder)
            self._waiting[told.set, told.prompt_id] = None

    # What it comes from

    def _read_manifest(self) -> None:
        """Read the manifest if it has changed. Raises RunError."""
        try:
            found = (self._folder / manifest.NAME).stat()
            at = (found.st_ino, found.st_mtime_ns)
        except OSError:
            at = None
        if at == self._manifest_at:
            return
        self._manifest_at = at
        try:
            now = manifest.read(self._folder)
        except FileError as error:
            raise RunError(str(error)) from error
        before, self._manifest = self._manifest, now
        if self._tally is None:
            return
        if before is not None and now is not None and (before.spec, before.lineup) == (now.spec, now.lineup):
            self._tally.manifest = now
            self._whole, self._tests, self._tested = None, None, []
        else:
            self._begin()

    def _opened(self) -> Tally:
        if self._tally is None:
            self._with_lists = self._rows.has_lists
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
