"""Plots as SVG that stands in a page, whose colours are the page's own variables. It has a title and a description."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from alignscope.lab.report.plots.describe import Axis, Histogram, Intervals, Plot, Profile, Strip, not_drawn, spread
from alignscope.measure.bounds import Bounds
from alignscope.model.lineup.tones import MARKS, Tone
from alignscope.text.clean import clean, encodable, fit

STYLE: Final = """svg.plot { display: block; width: 100%; max-width: 46rem; height: auto; margin: .5rem 0 1rem; }
svg.plot text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: var(--fg); }
svg.plot .quiet { fill: var(--muted); }
svg.plot .rule { stroke: var(--line); stroke-width: 1; }
svg.plot .zero { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 3 3; }
svg.plot .base { --tone: var(--base-tone); } svg.plot .instruct { --tone: var(--instruct-tone); }
svg.plot .third { --tone: var(--third-tone); } svg.plot .fourth { --tone: var(--fourth-tone); }
svg.plot .span { stroke: var(--tone); stroke-width: 2; }
svg.plot .known { stroke: var(--tone); stroke-width: 6; }
svg.plot .mark, svg.plot .bar { fill: var(--tone); }
svg.plot .dot { fill: var(--tone); fill-opacity: .45; }
"""
"""What the page's style sheet has to hold for them."""
_WIDTH: Final = 720
_LEFT: Final = 190
_RIGHT: Final = 20
_ROOM: Final = _WIDTH - _LEFT - _RIGHT
_LABEL: Final = 28
"""Most characters of a label."""
_ROW: Final = 26
_STRIP_ROW: Final = 18
_BARS: Final = 56
"""Height of a histogram."""


def draw(plot: Plot, name: str) -> str:
    """Return a plot as an SVG element.

    Args:
        name: its own among the page's, of letters, digits and dashes.
    """
    match plot:
        case Intervals():
            parts, height = _intervals(plot)
        case Histogram():
            parts, height = _histogram(plot)
        case Strip():
            parts, height = _strip(plot)
        case Profile():
            parts, height = _profile(plot)
    return (
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="{name}-title {name}-words">'
        f'<title id="{name}-title">{_text(plot.title)}</title>'
        f'<desc id="{name}-words">{_text(plot.description())}</desc>\n'
        f"{''.join(parts)}</svg>\n"
    )


def _intervals(plot: Intervals) -> tuple[list[str], int]:
    height = len(plot.rows) * _ROW
    parts = [*_ruler(plot.axis, 0, height)]
    for place, row in enumerate(plot.rows):
        y = place * _ROW + _ROW // 2
        parts.append(
            f'<g class="{row.tone}"><title>{_text(f"{row.label}: {row.figure} {row.more}".rstrip())}</title>\n'
        )
        parts.append(_label(row.label, y, row.tone))
        if row.interval is not None:
            parts.append(_line("span", plot.axis, row.interval, y))
        parts += [*_known(plot.axis, row.value, y), "</g>\n"]
    return parts, height + 26


def _histogram(plot: Histogram) -> tuple[list[str], int]:
    each = _BARS + 12
    height = len(plot.panes) * each
    parts = [*_ruler(plot.axis, 0, height)]
    wide = _ROOM / (plot.bins or 1)
    for place, bars in enumerate(plot.panes):
        bottom = (place + 1) * each
        total = sum(bars.counts) or 1
        parts.append(f'<g class="{bars.tone}">{_label(bars.label, bottom - 10, bars.tone)}')
        for number, count in enumerate(bars.counts):
            if count:
                tall = max(1.0, _BARS * count / total / plot.greatest)
                along = plot.axis.lo + (plot.axis.hi - plot.axis.lo) * number / plot.bins
                parts.append(
                    f'<rect class="bar" x="{_LEFT + number * wide + 0.5:.1f}" y="{bottom - tall:.1f}"'
                    f' width="{wide - 1:.1f}" height="{tall:.1f}"><title>{count:,} of {total:,}'
                    f" from {_text(plot.axis.written(along))}</title></rect>\n"
                )
        parts.append("</g>\n")
    return parts, height + 26


def _strip(plot: Strip) -> tuple[list[str], int]:
    top = 22
    height = top + len(plot.rows) * _STRIP_ROW
    parts = [*_legend((label, tone) for label, tone, _ in (plot.rows[0].panes if plot.rows else ()))]
    parts += _ruler(plot.axis, top, height)
    for place, row in enumerate(plot.rows):
        y = top + place * _STRIP_ROW + _STRIP_ROW / 2
        parts.append(f"<g>{_label(row.label, y)}")
        # Panes lie a little above one another, so that equal values are seen of all.
        between = min(5.0, (_STRIP_ROW - 8) / max(1, len(row.panes) - 1))
        for number, (_, tone, values) in enumerate(row.panes):
            shifted = y + (number - (len(row.panes) - 1) / 2) * between
            parts += [
                f'<circle class="dot {tone}" cx="{_x(plot.axis, value):.1f}" cy="{shifted:.1f}" r="3.5"/>'
                for value in values
            ]
        parts.append("</g>\n")
    if plot.left_out:
        parts.append(f'<text class="quiet" x="{_LEFT}" y="{height + 42}">{not_drawn(plot.left_out)}</text>')
    return parts, height + (50 if plot.left_out else 26)


def _profile(plot: Profile) -> tuple[list[str], int]:
    rows = len(plot.stretches) * len(plot.panes)
    height = rows * _ROW
    parts = [*_ruler(plot.axis, 0, height)]
    place = 0
    for line in plot.panes:
        for stretch, value, replies in zip(plot.stretches, line.values, line.replies, strict=True):
            y = place * _ROW + _ROW // 2
            said = f"{spread(value, plot.axis.written)}, {replies:,} replies"
            parts.append(f'<g class="{line.tone}"><title>{_text(f"{line.label}, {stretch}: {said}")}</title>')
            parts.append(_label(f"{line.label}, {stretch}", y, line.tone))
            parts += [*(_known(plot.axis, value, y) if value is not None else ()), "</g>\n"]
            place += 1
    return parts, height + 26


def _ruler(along: Axis, top: float, bottom: float) -> Iterator[str]:
    """Yield the lines of an axis with their values below."""
    for tick in along.ticks(6):
        x = _x(along, tick)
        sign = "zero" if tick == 0 and along.lo < 0 else "rule"
        yield f'<line class="{sign}" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}"/>'
        yield f'<text class="quiet" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{_text(along.written(tick))}'
        yield "</text>\n"


def _legend(panes: Iterable[tuple[str, Tone]]) -> Iterator[str]:
    x = float(_LEFT)
    for label, tone in panes:
        words = fit(label, _LABEL)
        yield f'<g class="{tone}"><circle class="mark" cx="{x + 4:.0f}" cy="9" r="4"/></g>'
        yield f'<text x="{x + 13:.0f}" y="13">{_text(words)}</text>\n'
        x += 13 + 7 * len(words) + 22


def _known(along: Axis, value: Bounds, y: float) -> Iterator[str]:
    """Yield a point where a value is known, and a bar between its bounds where they differ."""
    if _x(along, value.hi) - _x(along, value.lo) > 1:
        yield _line("known", along, value, y)
    else:
        yield f'<circle class="mark" cx="{_x(along, value.lo):.1f}" cy="{y}" r="5"/>\n'


def _line(sign: str, along: Axis, ends: Bounds, y: float) -> str:
    lo, hi = _x(along, ends.lo), _x(along, ends.hi)
    return f'<line class="{sign}" x1="{lo:.1f}" x2="{hi:.1f}" y1="{y}" y2="{y}"/>\n'


def _label(label: str, y: float, tone: Tone | None = None) -> str:
    mark = f"{MARKS[tone]} " if tone else ""
    drawn = f"{mark}{fit(label, _LABEL)}"
    return f'<text x="{_LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{_text(drawn)}</text>\n'


def _x(along: Axis, value: float) -> float:
    return _LEFT + _ROOM * along.place(value)


def _text(text: str) -> str:
    """Return a text as it may stand in a page, whatever it holds."""
    return escape(encodable(clean(text).replace("\n", " ")))
