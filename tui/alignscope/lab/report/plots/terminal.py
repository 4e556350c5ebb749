"""Plots drawn with signs, a row of text each. Every sign is one cell wide and in the fonts that terminals have."""

from typing import Final

from alignscope.lab.report.plots.describe import (
    Axis,
    Histogram,
    Intervals,
    Plot,
    Profile,
    Spread,
    Strip,
    not_drawn,
    spread,
)
from alignscope.model.lineup.tones import MARKS
from alignscope.text.clean import cell_width, fit
from alignscope.text.wording import counted

_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
_LEAST: Final = 16
"""Least cells of a plot itself."""
_BOTH: Final = "•"
"""Where dots of several panes fall into one cell."""


def draw(plot: Plot, width: int) -> list[str]:
    """Return a plot's rows, none of them wider than `width` cells, which are at least 40."""
    match plot:
        case Intervals():
            rows = _intervals(plot, width)
        case Histogram():
            rows = _histogram(plot, width)
        case Strip():
            rows = _strip(plot, width)
        case Profile():
            rows = _profile(plot, width)
    return [fit(plot.title, width), *(row.rstrip() for row in rows)]


def _intervals(plot: Intervals, width: int) -> list[str]:
    labels = [f"{MARKS[row.tone]} {row.label}" for row in plot.rows]
    left = _widest(labels, width)
    rows = []
    for label, row in zip(labels, plot.rows, strict=True):
        rows.append(f"{_padded(label, left)} {_interval(row, plot.axis, width - left - 1)}")
        rows.append(" " * (left + 1) + fit(row.figure, width - left - 1))
    return [*rows, *_ruler(plot.axis, left + 1, width)]


def _interval(row: Spread, along: Axis, cells: int) -> str:
    signs = [" "] * cells

    def cell(value: float) -> int:
        return min(cells - 1, int(along.place(value) * cells))

    if along.lo < 0 < along.hi:
        signs[cell(0)] = "│"
    if row.interval is not None:
        lo, hi = cell(row.interval.lo), cell(row.interval.hi)
        signs[lo : hi + 1] = "─" * (hi - lo + 1)
        signs[lo], signs[hi] = "├", "┤"
    lo, hi = cell(row.value.lo), cell(row.value.hi)
    signs[lo : hi + 1] = "═" * (hi - lo + 1)
    if lo == hi:
        signs[lo] = "●"
    return "".join(signs)


def _histogram(plot: Histogram, width: int) -> list[str]:
    labels = [f"{MARKS[bars.tone]} {bars.label}" for bars in plot.panes]
    left = _widest(labels, width)
    each = max(1, (width - left - 1) // (plot.bins or 1))
    rows = []
    for label, bars in zip(labels, plot.panes, strict=True):
        total = sum(bars.counts) or 1
        heights = (count / total / plot.greatest for count in bars.counts)
        # What is there is seen, however little it is.
        levels = ((max(1, round(16 * height)) if height else 0) for height in heights)
        both = [(_EIGHTHS[max(0, level - 8)], _EIGHTHS[min(8, level)]) for level in levels]
        rows.append(" " * (left + 1) + "".join(top * each for top, _ in both))
        rows.append(f"{_padded(label, left)} {''.join(below * each for _, below in both)}")
    return [*rows, *_ruler(plot.axis, left + 1, left + 1 + each * plot.bins)]


def _strip(plot: Strip, width: int) -> list[str]:
    left = _widest([row.label for row in plot.rows], width)
    cells = width - left - 1
    rows = [_legend([(MARKS[tone], label) for label, tone, _ in plot.rows[0].panes])] if plot.rows else []
    for row in plot.rows:
        signs = [" "] * cells
        for _, tone, values in row.panes:
            for value in values:
                cell = min(cells - 1, int(plot.axis.place(value) * cells))
                signs[cell] = MARKS[tone] if signs[cell] in (" ", MARKS[tone]) else _BOTH
        rows.append(f"{_padded(row.label, left)} {''.join(signs)}")
    rows += _ruler(plot.axis, left + 1, width)
    return [*rows, not_drawn(plot.left_out)] if plot.left_out else rows


def _profile(plot: Profile, width: int) -> list[str]:
    labels = [f"{MARKS[line.tone]} {line.label}" for line in plot.panes]
    left = _widest([*labels, *plot.stretches], width)
    room = width - left - 1
    rows = []
    for label, line in zip(labels, plot.panes, strict=True):
        rows.append(label)
        for stretch, value, replies in zip(plot.stretches, line.values, line.replies, strict=True):
            bar = "" if value is None else _interval(Spread("", line.tone, value, None), plot.axis, room)
            rows.append(f"{_padded(stretch, left)} {bar}")
            figure = f"{spread(value, plot.axis.written)} · {counted(replies, 'value')}"
            rows.append(" " * (left + 1) + fit(figure, room))
    return [*rows, *_ruler(plot.axis, left + 1, width)]


def _ruler(along: Axis, start: int, end: int) -> list[str]:
    """Return an axis with its ticks, and the values below them."""
    cells = max(1, end - start)
    line, below = ["─"] * cells, [" "] * cells
    free = 0
    for tick in along.ticks(max(2, min(6, cells // 10))):
        cell = min(cells - 1, int(along.place(tick) * cells))
        line[cell] = "┴"
        text = along.written(tick)
        at = min(max(0, cell - len(text) // 2), cells - len(text))
        if at >= free:
            below[at : at + len(text)] = text
            free = at + len(text) + 1
    return [" " * start + "".join(line), " " * start + "".join(below)]


def _legend(marks: list[tuple[str, str]]) -> str:
    several = f" · {_BOTH} several" if len(marks) > 1 else ""
    return " · ".join(f"{mark} {label}" for mark, label in marks) + several


def _widest(labels: list[str], width: int) -> int:
    """Return the cells for labels: as many as they need, and at most what leaves the plot its least."""
    return min(max((cell_width(label) for label in labels), default=0), max(width // 3, 4), width - _LEAST - 1)


def _padded(label: str, cells: int) -> str:
    drawn = fit(label, cells)
    return drawn + " " * (cells - cell_width(drawn))
