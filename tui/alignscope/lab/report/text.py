"""A run as text that fits a terminal: the gap table, and one measure with its plots."""

from collections.abc import Sequence
from typing import Final

from alignscope.lab.report.drawings import plots
from alignscope.lab.report.plots import terminal
from alignscope.lab.report.scored import (
    ABOUT_CHANGES,
    ABOUT_PASSAGES,
    PASSAGES,
    change_tables,
    passage_table,
    useless_notes,
)
from alignscope.lab.summary import words
from alignscope.lab.summary.figures import Difference, Measured, Summary
from alignscope.lab.summary.measures.lists import SHIFTED
from alignscope.lab.summary.tally import Tally
from alignscope.text.clean import cell_width, clean_line, fit
from alignscope.text.wording import counted

_GAP: Final = 2
"""Cells between columns."""
_NO_DIFFERENCE: Final = Difference(
    of="", less="", value=(None, None), interval=None, wins=0, ties=0, losses=0, p=None, smallest_effect=None, prompts=0
)
_OWN, _OUTCOMES, _TESTS = "own intervals", "outcomes", "tests"
_LEFT_OUT: Final = tuple(
    map(frozenset[str], ((), (_TESTS,), (_TESTS, _OUTCOMES), (_OWN, _TESTS), (_OWN, _TESTS, _OUTCOMES)))
)
"""What may be left out of the table where there is no room, less at first: it stands in `--measure`, too."""
_ELSEWHERE: Final = "Each model's own intervals are in a wider terminal, and in `--measure NAME`."
_FAILED: Final = ("errors", "broken off", "at limit", "loops")


def gap_table(summary: Summary, width: int) -> list[str]:
    """Return all figures of a run, in lines of at most so many cells; at least 40 are needed."""
    lines = [_head(summary, width), ""]
    lines += _wrapped_table(_arms(summary), width)
    left_out, table = _fitting(summary, width)
    if table:
        lines += ["", *table]
    else:
        for measured in summary.measures:
            lines += ["", words.label_of(measured), *laid_out(_long(measured), width)]
    if rows := words.columns(passage_table(summary)):
        lines += ["", PASSAGES, *laid_out(rows, width), *paragraph(ABOUT_PASSAGES, width)]
    lines.append("")
    notes = [*([_ELSEWHERE] if _OWN in left_out else []), *words.notes(summary), *useless_notes(summary)]
    notes += [words.legend(summary, outcomes=_OUTCOMES not in left_out), words.about_intervals(summary)]
    notes.append(words.family(summary))
    if table and _TESTS not in left_out:
        notes.append(words.open_tests(each for measured in summary.measures for each in measured.differences))
    for note in notes:
        lines += paragraph(note, width)
    return lines


def one_measure(tally: Tally, summary: Summary, name: str, width: int) -> list[str]:
    """Return a measure with all that is known of it, and its plots. Raises KeyError if the run doesn't have it."""
    measured = next((each for each in summary.measures if each.name == name), None)
    if measured is None:
        raise KeyError(name)
    return [
        *(measured.label, ""),
        *about_measure(measured, width),
        *drawn_measure(tally, measured, width),
        *(_changes(summary, width) if name == SHIFTED else ()),
        *("", *paragraph(words.about_intervals(summary), width)),
    ]


def _changes(summary: Summary, width: int) -> list[str]:
    lines: list[str] = []
    for head, rows in change_tables(summary):
        lines += ["", *paragraph(head, width), *laid_out(rows, width)]
    return [*lines, *paragraph(ABOUT_CHANGES, width)] if lines else []


def about_measure(measured: Measured, width: int) -> list[str]:
    """Return how a measure is computed, and what it isn't."""
    lines = []
    for label, text in (
        ("computed", measured.formula),
        ("source", measured.source),
        ("not to be taken for", measured.caveat),
    ):
        lines += paragraph(f"{label}: {text}", width)
    return lines


def drawn_measure(tally: Tally, measured: Measured, width: int) -> list[str]:
    """Return a measure's plots, its differences in words, and its figures by category; an empty line comes first."""
    lines: list[str] = []
    for plot in plots(tally, measured):
        lines += ["", *terminal.draw(plot, width)]
    for difference in measured.differences:
        said = f"{difference.of} less {difference.less}: {words.difference_with_n(measured, difference)}"
        said = " · ".join([said, *words.beside_difference(measured, difference)])
        lines += ["", *paragraph(said, width)]
    if measured.groups:
        table = _lined(_by_category(measured))
        fits = max(map(cell_width, table)) <= width
        lines += ["", "by category", *(table if fits else _each_category(measured, width))]
    return lines


def _head(summary: Summary, width: int) -> str:
    counts = f"{counted(summary.prompts, 'prompt')} · {counted(summary.rows, 'row')}"
    return fit(f"{clean_line(summary.run)} · {counts}", width)


def _arms(summary: Summary) -> list[list[str]]:
    rows = [["", "model", "mode", "frame", "sampling", "replies", *_FAILED]]
    for arm in summary.arms:
        failed = [str(number) if number else "" for number in (arm.errors, arm.cut, arm.limit, arm.loops)]
        rows.append(
            [
                arm.label, clean_line(", ".join(arm.models)), arm.mode, clean_line(arm.frame), clean_line(arm.sampling),
                f"{arm.replies:,}", *failed,
            ]
        )  # fmt: skip
    return words.columns(rows)


def _fitting(summary: Summary, width: int) -> tuple[frozenset[str], list[str]]:
    """Return the table of all measures that fits, and what was left out for that; no lines where none fits."""
    for left_out in _LEFT_OUT:
        lines = _lined(_one_table(summary, left_out))
        if lines and max(map(cell_width, lines)) <= width:
            return left_out, lines
    return frozenset(), []


def _one_table(summary: Summary, left_out: frozenset[str]) -> list[list[str]]:
    """Return base · aligned · difference, a line for each measure; [] for several differences."""
    if any(len(each.differences) > 1 for each in summary.measures):
        return []
    pair = next((each.differences[0] for each in summary.measures if each.differences), None)
    heads = ["", *(arm.label for arm in summary.arms)]
    if pair:
        heads += [
            "difference",
            *([] if _OUTCOMES in left_out else ["W/T/L"]),
            *([] if _TESTS in left_out else ["p"]),
            "n",
        ]
    rows = [heads]
    for measured in summary.measures:
        figures = [measured.figures.get(arm.label) for arm in summary.arms]
        cells = [words.short(measured.unit, figure, with_interval=_OWN not in left_out) for figure in figures]
        row = [words.label_of(measured), *cells]
        if pair:
            found = next(iter(measured.differences), _NO_DIFFERENCE)
            alone = next((figure.prompts for figure in figures if figure is not None), 0)
            row += [
                words.short_difference(measured.unit, found) if found.prompts else words.PLACE_HELD,
                *([words.outcome(found)] if _OUTCOMES not in left_out else []),
                *([words.test_of(found)] if _TESTS not in left_out else []),
                f"{found.prompts or alone:,}",
            ]
        rows.append(row)
    return rows


def _long(measured: Measured) -> list[list[str]]:
    figures = [
        [f"  {label}", words.short(measured.unit, figure), "", f"n {figure.prompts:,}"]
        for label, figure in measured.figures.items()
    ]
    differences = [
        [f"  {d.of} less {d.less}", words.short_difference(measured.unit, d), words.outcome(d), f"n {d.prompts:,}"]
        for d in measured.differences
    ]
    return figures + differences


def _by_category(measured: Measured) -> list[list[str]]:
    pairs = list(dict.fromkeys((d.of, d.less) for d in measured.differences))
    heads = [words.difference_head(pair, pairs) for pair in pairs]
    rows = [["", *measured.figures, *heads, "n"]]
    for group in measured.groups:
        found = {(d.of, d.less): words.short_difference(measured.unit, d) for d in group.differences}
        rows.append(
            [
                group.category or words.PLACE_HELD,
                *(words.short(measured.unit, group.figures.get(label)) for label in measured.figures),
                *(found.get(pair, words.PLACE_HELD) for pair in pairs),
                f"{group.prompts:,}",
            ]
        )
    return rows


def _each_category(measured: Measured, width: int) -> list[str]:
    """Return a block for each category, with the figures alone: differences are long, and JSON has them."""
    lines = []
    for group in measured.groups:
        lines.append(fit(f"{group.category or words.PLACE_HELD} · {counted(group.prompts, 'prompt')}", width))
        rows = [[f"  {label}", words.short(measured.unit, figure)] for label, figure in group.figures.items()]
        lines += laid_out(rows, width)
    return lines


def _lined(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines with aligned columns."""
    if not rows:
        return []
    widths = [max(cell_width(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        (" " * _GAP).join(
            cell + " " * (wide - cell_width(cell)) for cell, wide in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]  # fmt: skip


def laid_out(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return rows as lines with aligned columns, or with each row's figures below its label where they are too wide."""
    lines = _lined(rows)
    if max(map(cell_width, lines), default=0) <= width:
        return lines
    lines = []
    for label, *cells in rows:
        lines.append(fit(label, width))
        lines += [f"    {line}" for line in paragraph(" · ".join(filter(None, cells)), width - 4)]
    return lines


def _wrapped_table(rows: list[list[str]], width: int) -> list[str]:
    """Return a table, or a line for each of its rows where it is too wide."""
    lines = _lined(rows)
    if max(map(cell_width, lines)) <= width:
        return lines
    heads = rows[0]
    return [
        fit(" · ".join(f"{head} {cell}".strip() for head, cell in zip(heads, row, strict=True) if cell), width)
        for row in rows[1:]
    ]


def paragraph(text: str, width: int) -> list[str]:
    """Return a text broken at blanks."""
    lines: list[str] = []
    for word in text.split():
        if lines and cell_width(lines[-1]) + 1 + cell_width(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(fit(word, width))
    return lines
