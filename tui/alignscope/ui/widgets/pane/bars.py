"""A pane's header and footer."""

from collections.abc import Iterable
from typing import ClassVar, Final

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from alignscope.text.clean import cell_width, fit
from alignscope.ui.widgets.transcript.line_widget import LineWidget

_BETWEEN: Final = "  "
_LEAST: Final = 8
"""Cells below which a shortened name says nothing and is left out."""
_MODEL: Final = 14
"""Cells that a model's name is given before what stands beside it."""


class Bar(LineWidget, Widget):
    """One row of pieces in styles of their own."""

    INDENT: ClassVar[int] = 1
    """Blank cells at either end."""
    DEFAULT_CSS = """
    Bar {
        height: 1;
        background: $surface;
        color: $text-muted;
    }
    """

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._pieces: tuple[tuple[str, str], ...] = ()
        self._strip: Strip | None = None

    @property
    def room(self) -> int:
        """Cells for text."""
        return max(0, self.size.width - 2 * self.INDENT)

    def lay_out(self) -> Iterable[tuple[str, str]]:
        """Yield pieces of text, each with the component class of its style, or "" for the bar's own."""
        return ()

    def redraw(self) -> None:
        """Draw again if anything is different."""
        if tuple(self.lay_out()) != self._pieces:
            self._strip = None
            self.refresh()

    def notify_style_update(self) -> None:
        """Forget colours when the theme changes, or the focus."""
        super().notify_style_update()
        self._strip = None

    def row(self, y: int) -> Strip:
        """Draw the row."""
        width = self.outer_size.width
        if self._strip is None or self._strip.cell_length != width:
            self._pieces = tuple(self.lay_out())
            plain = self.rich_style
            segments = [
                Segment(text, self.get_component_rich_style(component) if component else plain)
                for text, component in ((" " * self.INDENT, ""), *self._pieces)
                if text
            ]
            self._strip = Strip(segments).adjust_cell_length(width, plain)
        return self._strip


class PaneHeader(Bar):
    """Mark and name, model, mode, and the server when it isn't the usual one."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"pane-header--name"}
    DEFAULT_CSS = """
    PaneHeader {
        & > .pane-header--name { text-style: bold; }
        &.-base > .pane-header--name { color: $base-tone; }
        &.-instruct > .pane-header--name { color: $instruct-tone; }
        &.-third > .pane-header--name { color: $third-tone; }
        &.-fourth > .pane-header--name { color: $fourth-tone; }
    }
    """

    def __init__(self, mark: str, *, classes: str) -> None:
        super().__init__(classes=classes)
        self._mark = mark
        self._who = ""
        self._parts = ("", "", "", "")

    def set_pane(self, name: str, model: str, mode: str, server: str = "", *, unlinked: bool = False) -> None:
        """Show these; empty ones are left out."""
        self._who = name
        self._parts = (model, mode, f"@{server.removeprefix('http://')}" if server else "", "own sampling" * unlinked)
        self.redraw()

    def set_mark(self, mark: str) -> None:
        """Show this mark."""
        self._mark = mark
        self.redraw()

    def lay_out(self) -> Iterable[tuple[str, str]]:
        """Yield the name always; then mode, sampling, server and model, each as far as there is room."""
        lead = fit(f" {self._mark} {self._who} ", self.room)
        yield lead, "pane-header--name"
        model, mode, server, own = self._parts
        # What a person can least do without comes first; it is drawn in its usual order whatever is missing.
        kept: dict[str, str] = {}
        spare = self.room - cell_width(lead) - (min(cell_width(model), _MODEL) + 1 if model else 0)
        for words in filter(None, (mode, own, server)):
            shown = fit(words, spare - len(_BETWEEN))
            if shown == words or cell_width(shown) >= _LEAST:
                kept[words] = shown
                spare -= cell_width(shown) + len(_BETWEEN)
        taken = sum(cell_width(words) + len(_BETWEEN) for words in kept.values())
        name = _middle(model, self.room - cell_width(lead) - taken - 1)
        shown = _BETWEEN.join(filter(None, (name, kept.get(mode), kept.get(server), kept.get(own))))
        if shown:
            yield " " + shown, ""


def _middle(model: str, width: int) -> str:
    """Shorten a model's name in the middle: its tag at the end says whether it is the base or the tuned one."""
    if cell_width(model) <= width:
        return fit(model, width)
    if width < _LEAST:
        return ""
    tail = model[-(width // 2) :]
    return fit(model[: width - len(tail) - 1] + "…" + tail, width)


class PaneFooter(Bar):
    """State of the replies, figures as far as there is room, and how much came below the view."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"pane-footer--behind"}
    DEFAULT_CSS = """
    PaneFooter {
        display: none;
        &.-filled { display: block; }
        & > .pane-footer--behind { color: $accent; }
        &.-failed { color: $text-error; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._state = ""
        self._figures: tuple[str, ...] = ()
        self._behind = 0

    def set_state(self, state: str, figures: tuple[str, ...], *, failed: bool = False) -> None:
        """Show a state and its figures, the most important first."""
        self._state, self._figures = state, figures
        self.set_class(bool(state or figures), "-filled")
        self.set_class(failed, "-failed")
        self.redraw()

    def set_behind(self, rows: int) -> None:
        """Show how many rows came below the view."""
        self._behind = rows
        self.redraw()

    def lay_out(self) -> Iterable[tuple[str, str]]:
        """Yield the state, then figures as far as there is room; what came below at the right."""
        behind = f"↓ {self._behind:,} more" if self._behind else ""
        room = self.room - (cell_width(behind) + len(_BETWEEN) if behind else 0)
        left = self._state
        for figure in self._figures:
            longer = left + _BETWEEN + figure if left else figure
            if cell_width(longer) > room:
                break
            left = longer
        left = fit(left, room)
        yield left, ""
        if behind:
            yield " " * (self.room - cell_width(left) - cell_width(behind)) + behind, "pane-footer--behind"
