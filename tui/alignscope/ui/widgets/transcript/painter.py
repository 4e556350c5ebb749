"""Draws a transcript's rows, and caches the strips."""

from collections.abc import Callable
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from alignscope.text.clean import cell_width, fit, render
from alignscope.ui.widgets.transcript.layout import GUTTERS, TEXT, BlockKind, Rows

_Tagger = Callable[[Style, int, int], Style]

_STRIPS: Final = 512
"""Strips in the cache."""
_EDGES: Final = {BlockKind.THINKING: "gutter", BlockKind.REPLY: "edge"}
"""Styles of gutters that differ from the style of their text."""
_BELOW: Final = 1 << 30
"""Row number for the mouse below the last row."""


class Painter:
    """Draws rows in the colours and with the selection of a widget."""

    def __init__(self, widget: Widget, rows: Rows) -> None:
        self._widget = widget
        self._rows = rows
        self._strips: dict[int, Strip] = {}
        self._empty: Strip | None = None
        self._looks: dict[str, Style] = {}

    def forget(self, first: int = 0) -> None:
        """Forget the strips from row `first` on."""
        for y in [y for y in self._strips if y >= first]:
            del self._strips[y]

    def resize(self) -> None:
        """Forget all strips, for another size."""
        self._strips.clear()
        self._empty = None

    def restyle(self) -> None:
        """Forget all strips and styles, for other colours."""
        self._looks.clear()
        self.resize()

    def rows(self, start: int, stop: int) -> list[Strip]:
        """Return the strips of rows `start` to `stop - 1`, as wide as the widget with its scroll bar."""
        cache = self._strips
        if len(cache) > _STRIPS:
            cache.clear()
        drawn = min(stop, self._rows.height)
        for y in range(start, drawn):
            if y not in cache:
                cache[y] = self._draw(y, _untagged).simplify()  # the mouse needs the cells of a gutter apart
        strips = [cache[y] for y in range(start, drawn)]
        return strips + [self._below()] * (stop - start - len(strips))

    def tagged(self, y: int) -> Strip:
        """Return a row whose styles carry text offsets, for the mouse.

        Drawing does without, because unique styles for every row would defeat Textual's caches.
        """
        if y < self._rows.height:
            return self._draw(y, _tag)
        width = self._widget.outer_size.width
        return Strip([Segment(" " * width, _tag(self._look(BlockKind.REPLY), 0, _BELOW))], width)

    def _below(self) -> Strip:
        if self._empty is None:
            self._empty = Strip.blank(self._widget.outer_size.width, self._look(BlockKind.REPLY))
        return self._empty

    def _look(self, name: str) -> Style:
        """Return a cached style: Textual's look-up costs more than drawing a row."""
        style = self._looks.get(name)
        if style is None:
            widget = self._widget
            own = name == BlockKind.REPLY
            style = widget.rich_style if own else widget.get_component_rich_style(f"transcript--{name}")
            self._looks[name] = style
        return style

    def _draw(self, y: int, at: _Tagger) -> Strip:
        width, outer = self._widget.size.width, self._widget.outer_size.width
        place = self._rows.locate(y)
        if place is None:
            return self._below()
        block, index = place
        style = self._look(block.kind)
        row = block.rows[index]
        if block.kind not in TEXT:
            chrome = Segment(_chrome(block.kind, row, width), at(style, 0, y))
            return Strip([chrome], width).extend_cell_length(outer, style)
        gutter = GUTTERS[block.kind]
        drawn, cells = render(row)
        edge = at(self._look(_EDGES[block.kind]) if block.kind in _EDGES else style, 0, y)
        segments = [Segment(cell, edge) for cell in gutter] + self._selectable(drawn, y, style, at)
        cells += len(gutter)
        if cells < outer:
            segments.append(Segment(" " * (outer - cells), at(style, len(drawn), y)))
        strip = Strip(segments, max(cells, outer))
        # Blanks may extend beyond the edge; the scroll bar's column stays free.
        return strip if cells <= width else strip.crop(0, width).extend_cell_length(outer, style)

    def _selectable(self, drawn: str, y: int, style: Style, at: _Tagger) -> list[Segment]:
        selection = self._widget.text_selection
        span = selection.get_span(y) if selection is not None else None
        if span is None or not drawn:
            return [Segment(drawn, at(style, 0, y))] if drawn else []
        start, end = span
        end = len(drawn) if end == -1 else end
        chosen = style + self._widget.screen.get_component_rich_style("screen--selection")
        pieces = ((0, drawn[:start], style), (start, drawn[start:end], chosen), (end, drawn[end:], style))
        return [Segment(piece, at(look, x, y)) for x, piece, look in pieces if piece]


def _tag(style: Style, x: int, y: int) -> Style:
    """Return the style with a text offset."""
    return style + Style.from_meta({"offset": (x, y)})


def _untagged(style: Style, x: int, y: int) -> Style:
    return style


def _chrome(kind: BlockKind, text: str, width: int) -> str:
    """Return a row of decoration: a rule with a caption, a summary at the right, or a line."""
    if kind is BlockKind.END:
        if render(text)[1] >= width:
            text = text.partition(" · ")[0]  # the count is in the footer too
        drawn = fit(text, width - 1)
        return " " * (width - 1 - render(drawn)[1]) + drawn + " " if width > 1 else drawn
    if kind is BlockKind.SUM:
        forms = text.split("\n")
        text = next((form for form in forms if cell_width(form) + 2 <= width), forms[-1])
    plain = kind in (BlockKind.LABEL, BlockKind.SUM)
    lead = " " if plain else "\u2500\u2500 " if kind is BlockKind.SEPARATOR else "\u2504\u2504 "
    fill = " " if plain else lead[0]
    drawn = lead + fit(text, max(0, width - len(lead) - 1)) + " "
    rest = width - render(drawn)[1]
    return drawn + fill * rest if rest >= 0 else fit(drawn, width)
