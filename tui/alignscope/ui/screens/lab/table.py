"""The gap table: a line for each measure, of two models and how they differ."""

from collections.abc import Iterable, Sequence
from typing import Final

from alignscope.lab.summary import words
from alignscope.lab.summary.figures import Difference, Measured, Summary
from alignscope.model.lineup.tones import MARKS, Tone
from alignscope.ui.screens.lab.lines import GAP, Lines, Piece, padded, widths_of

Pair = tuple[str, str]
"""Labels of two arms: the one that is compared, and the one that is subtracted."""
_LABEL: Final = 14
"""Cells that a measure's label has at least."""


class GapTable(Lines):
    """All measures of one pair of arms; of the only arm where there is no other."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.summary: Summary | None = None
        self._pair: Pair | None = None
        self._rows: list[list[str]] = []
        self._widths: list[int] = []
        self._looks_of: list[str] = []

    # What is shown

    def show(self, summary: Summary | None) -> None:
        """Show other figures; the cursor stays on its measure."""
        before = self.measure
        self.summary = summary
        names = [each.name for each in self._measures]
        if before in names:
            self.cursor = names.index(before)
        self._lay_out()
        self.changed()

    @property
    def _measures(self) -> Sequence[Measured]:
        return self.summary.measures if self.summary else ()

    @property
    def measure(self) -> str:
        """Name of the measure under the cursor; "" without any."""
        return self._measures[self.cursor].name if self.cursor < len(self._measures) else ""

    @property
    def measured(self) -> Measured | None:
        """The measure under the cursor."""
        return self._measures[self.cursor] if self.cursor < len(self._measures) else None

    @property
    def pairs(self) -> list[Pair]:
        """Every two arms that are compared."""
        return list(dict.fromkeys((found.of, found.less) for each in self._measures for found in each.differences))

    @property
    def pair(self) -> Pair | None:
        """The two that are shown."""
        pairs = self.pairs
        return self._pair if self._pair in pairs else next(iter(pairs), None)

    def next_pair(self) -> None:
        """Show the next two."""
        if pairs := self.pairs:
            at = pairs.index(self.pair) if self.pair in pairs else -1
            self._pair = pairs[(at + 1) % len(pairs)]
            self._lay_out()
            self.changed()

    def difference(self, measured: Measured) -> Difference | None:
        """Return how the two that are shown differ in a measure."""
        return next((each for each in measured.differences if (each.of, each.less) == self.pair), None)

    # Layout

    def on_resize(self) -> None:
        """Lay out for the new width."""
        self._lay_out()
        super().on_resize()

    def _lay_out(self) -> None:
        """Choose the columns that fit: single models' intervals are left out first, then W/T/L, and n never.

        Before a further column is left out, measures' labels are cut off, and last those of models.
        """
        for own, outcomes in ((True, True), (False, True), (False, False)):
            rows = self._cells(own=own, outcomes=outcomes)
            widths = widths_of(rows)
            spare = self.room - sum(widths[1:]) - GAP * (len(widths) - 1)
            if spare >= (widths[0] if own else min(widths[0], _LABEL)):
                break
        values = widths_of(rows[1:])
        while spare < _LABEL and (wide := [place for place in range(1, len(values)) if widths[place] > values[place]]):
            widths[max(wide, key=widths.__getitem__)] -= 1
            spare += 1
        widths[0] = max(_LABEL, min(widths[0], spare))
        self._rows, self._widths = rows, widths

    def _cells(self, *, own: bool, outcomes: bool) -> list[list[str]]:
        summary, pair = self.summary, self.pair
        if summary is None:
            return [["measure"]]
        labels = list(reversed(pair)) if pair else [arm.label for arm in summary.arms[:1]]
        tones: dict[str, Tone] = {arm.label: arm.tone for arm in summary.arms}
        heads = ["measure", *(f"{MARKS[tones[label]]} {label}" for label in labels)]
        self._looks_of = ["", *(tones[label] for label in labels), "", "muted", "muted"]
        if pair:
            heads += ["difference", *(["W/T/L"] if outcomes else [])]
        heads.append("n")
        rows = [heads]
        for each in summary.measures:
            row = [words.label_of(each)]
            row += [words.short(each.unit, each.figures.get(label), with_interval=own) for label in labels]
            found = self.difference(each)
            if pair:
                row.append(words.short_difference(each.unit, found) if found else words.PLACE_HELD)
                row += [words.outcome(found) if found else ""] if outcomes else []
            figure = next((each.figures[label] for label in labels if label in each.figures), None)
            row.append(f"{found.prompts:,}" if found else f"{figure.prompts:,}" if figure else "")
            rows.append(row)
        return rows

    # Lines

    def count(self) -> int:
        """Return how many measures there are."""
        return len(self._measures)

    def heading(self) -> Iterable[Piece]:
        """Yield the heads of the columns."""
        yield from self._pieces(self._rows[0] if self._rows else ["measure"], head=True)

    def line(self, number: int) -> Iterable[Piece]:
        """Yield a measure."""
        found = self.difference(self._measures[number])
        yield from self._pieces(self._rows[number + 1], sure=found is not None and bool(found.sure))

    def _pieces(self, cells: Sequence[str], *, sure: bool = False, head: bool = False) -> Iterable[Piece]:
        for place, (cell, cells_wide) in enumerate(zip(cells, self._widths or [20], strict=False)):
            look = self._looks_of[place] if place < len(self._looks_of) else ""
            if place == 3 and sure:
                look = "strong"
            if head and look == "muted":
                look = ""
            yield padded(cell, cells_wide), look
            yield " " * GAP, ""
