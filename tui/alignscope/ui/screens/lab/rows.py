"""The rows of a run, a line for each, of which only those in view are read."""

from collections.abc import Iterable, Mapping
from typing import Final

from textual.widgets import Static

from alignscope.lab.row import Row
from alignscope.lab.summary.figures import Summary
from alignscope.lab.summary.labels import Given
from alignscope.lab.summary.rows import Arm
from alignscope.lab.watching.index import Index
from alignscope.lab.watching.values import REFUSED, value_of
from alignscope.model.lineup.tones import MARKS, Tone
from alignscope.ui.screens.base.chooser import FilterLine
from alignscope.ui.screens.lab.lines import GAP, Lines, Piece, padded
from alignscope.ui.widgets.text_field import LineField

_PROMPT: Final = (10, 20)
"""Least and most cells of a prompt's name."""
_MODEL: Final = (8, 24)
_VALUE: Final = (8, 13)
"""Cells of a number, and of `undetermined` with the mark of a person's label."""
BY_PERSON: Final = "*"
"""Behind a label that a person gave."""


class RowFilter(FilterLine):
    """A field for words that rows are searched for, with how many have them."""

    DEFAULT_CSS = """
    RowFilter {
        display: none;
        margin: 0;
        & > #lab-found { width: auto; max-width: 40%; padding: 0 1; color: $text-muted; }
        &:focus-within > #lab-found { color: $text-muted; text-style: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__("Words in prompts, replies and errors", Static(id="lab-found", markup=False))

    @property
    def field(self) -> LineField:
        """The field."""
        return self.query_one(LineField)

    def show_found(self, index: Index) -> None:
        """Show how many rows have the words."""
        there, searched = len(index), index.searched
        of = f"{searched:,} of {there:,}" if searched < there else f"{there:,}"
        self.query_one("#lab-found", Static).update(f"{len(index.shown):,} of {of} rows" if index.words else "")


class RowList(Lines):
    """Rows in the order in which they came. With the cursor on the last one it goes with those that come."""

    def __init__(self, index: Index, given: Mapping[str, Given], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._index = index
        self.given = given
        self._arms: dict[Arm, tuple[str, Tone]] = {}
        self._measure = ""
        self._values: dict[tuple[str, Given | None], str] = {}

    def show(self, summary: Summary | None) -> None:
        """Take over the labels and tones of models."""
        arms = summary.arms if summary else ()
        now = {Arm(arm.entry, arm.frame, arm.sampling): (arm.label, arm.tone) for arm in arms}
        if now != self._arms:
            self._arms = now
            self.refresh()

    def show_measure(self, name: str) -> None:
        """Show what another measure makes of each row."""
        if name != self._measure:
            self._measure = name
            self._values.clear()
            self.refresh()

    def grew(self, before: int) -> None:
        """Show rows that came, after there were so many."""
        follows = self.cursor >= before - 1 and before > 1
        self.changed(min(before, self.count()))
        if follows and self.count() > before:
            self.go(self.count() - 1)

    def name_of(self, arm: Arm) -> str:
        """Return an arm's label; its entry's name as long as nothing is measured."""
        return self._arms[arm][0] if arm in self._arms else arm.entry

    @property
    def row(self) -> Row | None:
        """The row under the cursor; None without any."""
        return self._at(self.cursor)

    def _at(self, line: int) -> Row | None:
        shown = self._index.shown
        return self._index.row(shown[line]) if line < len(shown) else None

    # Lines

    def count(self) -> int:
        """Return how many rows are shown."""
        return len(self._index.shown)

    def _widths(self) -> tuple[int, int, int]:
        """Return the cells of a prompt's name, of a model's, and of the measure's value."""
        value = _VALUE[self._refusals]
        spare = self.room - value - 30
        prompt = max(_PROMPT[0], min(_PROMPT[1], spare // 4))
        longest = max((len(self.name_of(arm)) for arm in self._index.arms), default=0) + 2
        return prompt, max(_MODEL[0], min(_MODEL[1], longest, spare // 4)), value

    def heading(self) -> Iterable[Piece]:
        """Yield the heads of the columns."""
        prompt, model, value = self._widths()
        yield padded("prompt", prompt + GAP) + padded("model", model + GAP) + padded("no", 4), ""
        yield padded("end", 7) + padded("tokens", 8) + padded(self._measure or "value", value) + "  reply", ""

    def line(self, number: int) -> Iterable[Piece]:
        """Yield a row."""
        row = self._at(number)
        if row is None:
            yield "this row can't be read any more", "muted"
            return
        prompt, model, value = self._widths()
        arm = Arm(row.entry, row.frame, row.sampling)
        label, tone = self._arms.get(arm, (row.entry, None))
        yield padded(row.prompt_id, prompt) + "  ", "muted"
        yield padded(f"{MARKS[tone]} {label}" if tone else label, model) + "  ", tone or ""
        yield f"{row.sample:<3} ", "muted"
        yield padded(row.end, 7), "strong" if row.failed else "muted"
        yield f"{row.tokens:>6,}  ", "muted"
        yield padded(self._value(row), value) + "  ", "strong" if row.key in self.given and self._refusals else ""
        rest = self.room - prompt - model - value - 2 * GAP - 4 - 7 - 8 - GAP
        yield padded(row.error or row.text.strip(), max(8, rest)), "muted" if row.failed else ""

    @property
    def _refusals(self) -> bool:
        return self._measure == REFUSED

    def _value(self, row: Row) -> str:
        given = self.given.get(row.key)
        if (row.key, given) not in self._values:
            if len(self._values) > 1000:
                self._values.clear()
            value = value_of(self._measure, row, given.label if given else None)
            self._values[row.key, given] = value + BY_PERSON if given and self._refusals else value
        return self._values[row.key, given]
