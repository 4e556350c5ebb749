"""One-row bars, and a pane's header."""

from collections.abc import Iterable
from typing import ClassVar, Final

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from alignscope.text.clean import cell_width, fit
from alignscope.ui.widgets.transcript.line_widget import LineWidget, tone_css

BETWEEN: Final = "  "
_LEAST: Final = 8
"""Cells below which a shortened name is left out."""
_MODEL: Final = 14
"""Cells reserved for a model's name."""


class RowBar(LineWidget, Widget):
    """One row of styled pieces of text.

    Not called Bar, as a part of Textual's progress bar is: that one's style, 32 cells wide, would hold for it too.
    """

    INDENT: ClassVar[int] = 1
    """Blank cells at either end."""
    DEFAULT_CSS = """
    RowBar {
        height: 1;
        background: $surface;
        color: $text-muted;
    }
    """

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._pieces: tuple[tuple[str, str], ...] = ()

    @property
    def room(self) -> int:
        """Cells for text."""
        return max(0, self.size.width - 2 * self.INDENT)

    def lay_out(self) -> Iterable[tuple[str, str]]:
        """Yield pieces of text, each with the component class of its style, or "" for the bar's style."""
        return ()

    def redraw(self) -> None:
        """Draw again if a piece changed."""
        if tuple(self.lay_out()) != self._pieces:
            self.refresh()

    def row(self, y: int) -> Strip:
        """Draw the row."""
        self._pieces = tuple(self.lay_out())
        plain = self.rich_style
        segments = [
            Segment(text, self.get_component_rich_style(component) if component else plain)
            for text, component in ((" " * self.INDENT, ""), *self._pieces)
            if text
        ]
        return Strip(segments).adjust_cell_length(self.outer_size.width, plain)


class PaneHeader(RowBar):
    """Mark and name, model, mode and server of a pane."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"pane-header--name"}
    DEFAULT_CSS = """
    PaneHeader {
        & > .pane-header--name { text-style: bold; }
    }
    """ + tone_css("PaneHeader.-{tone} > .pane-header--name")

    def __init__(self, mark: str, *, classes: str) -> None:
        super().__init__(classes=classes)
        self._mark = mark
        self._who = ""
        self._parts = ("", "", "", "")

    def set_pane(self, name: str, model: str, mode: str, server: str = "", *, unlinked: bool = False) -> None:
        """Show these values, except empty ones."""
        self._who = name
        self._parts = (model, mode, f"@{server.removeprefix('http://')}" if server else "", "own sampling" * unlinked)
        self.redraw()

    def set_mark(self, mark: str) -> None:
        """Show this mark."""
        self._mark = mark
        self.redraw()

    def lay_out(self) -> Iterable[tuple[str, str]]:
        """Yield the name, then model, mode, server and sampling as far as they fit."""
        lead = fit(f" {self._mark} {self._who} ", self.room)
        yield lead, "pane-header--name"
        model, mode, server, own = self._parts
        # The most important parts get room first; the order in which they are drawn is another.
        kept: dict[str, str] = {}
        spare = self.room - cell_width(lead) - (min(cell_width(model), _MODEL) + 1 if model else 0)
        for words in filter(None, (mode, own, server)):
            shown = fit(words, spare - len(BETWEEN))
            if shown == words or cell_width(shown) >= _LEAST:
                kept[words] = shown
                spare -= cell_width(shown) + len(BETWEEN)
        taken = sum(cell_width(words) + len(BETWEEN) for words in kept.values())
        name = _middle(model, self.room - cell_width(lead) - taken - 1)
        shown = BETWEEN.join(filter(None, (name, kept.get(mode), kept.get(server), kept.get(own))))
        if shown:
            yield " " + shown, ""


def _middle(model: str, width: int) -> str:
    """Shorten a model's name in the middle, because its tag at the end names the base or tuned model."""
    if cell_width(model) <= width:
        return fit(model, width)
    if width < _LEAST:
        return ""
    tail = model[-(width // 2) :]
    return fit(model[: width - len(tail) - 1] + "…" + tail, width)
