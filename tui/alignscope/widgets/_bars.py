"""The two lines of a pane that aren't its text."""

from typing import Final

from textual.content import Content
from textual.widget import Widget

from alignscope.text import cell_width, fit

_BETWEEN: Final = "  "
_LEAST: Final = 8
"""Cells below which a shortened model name says nothing and is left out."""


class PaneHeader(Widget):
    """Sign and name, model, mode, and the server when it isn't the usual one, on one row."""

    DEFAULT_CSS = """
    PaneHeader {
        height: 1;
        padding: 0 1;
        background: $surface;
        color: $text-muted;
        &.-base { color: $base-tone; }
        &.-instruct { color: $instruct-tone; }
        &.-third { color: $third-tone; }
        &.-fourth { color: $fourth-tone; }
    }
    PaneView:focus-within > PaneHeader { background: $panel; }
    """

    def __init__(self, sign: str, *, classes: str) -> None:
        super().__init__(classes=classes)
        self._sign = sign
        self._who = ""
        self._parts: tuple[str, ...] = ()

    def tell(self, name: str, model: str, mode: str, server: str = "", *, unlinked: bool = False) -> None:
        """Show these; empty ones are left out."""
        self._who = name
        self._parts = (model, mode, f"@{server.removeprefix('http://')}" if server else "", "own sampling" * unlinked)
        self.refresh()

    def render(self) -> Content:
        """The name always; then mode, server and model, each as far as there is room."""
        width = self.size.width
        lead = fit(f"{self._sign} {self._who}", width)
        model, mode, server, own = self._parts or ("",) * 4
        room = width - cell_width(lead)
        # What a person can least do without comes first; they are drawn in their usual order whatever is missing.
        needs = {"mode": mode, "own": own, "server": server}
        kept: dict[str, str] = {}
        spare = room - (min(cell_width(model), 14) + len(_BETWEEN) if model else 0)
        for key, words in needs.items():
            if not words:
                continue
            shown = words if cell_width(words) + len(_BETWEEN) <= spare else fit(words, spare - len(_BETWEEN))
            if shown == words or cell_width(shown) >= _LEAST:
                kept[key] = shown
                spare -= cell_width(shown) + len(_BETWEEN)
        taken = sum(cell_width(words) + len(_BETWEEN) for words in kept.values())
        shown_model = _middle(model, room - taken - len(_BETWEEN))
        tail = [words for words in (shown_model, kept.get("mode"), kept.get("server"), kept.get("own")) if words]
        return Content.assemble((lead, "bold"), *((_BETWEEN + words, "not bold $text-muted") for words in tail))


def _middle(model: str, width: int) -> str:
    """A model's name shortened in the middle: its tag at the end says whether it is the base or the tuned one."""
    if cell_width(model) <= width:
        return fit(model, width)
    if width < _LEAST:
        return ""
    tail = model[-(width // 2) :]
    return fit(model[: width - len(tail) - 1] + "…" + tail, width)


class PaneFooter(Widget):
    """How the reply goes: what it is doing, then figures as far as there is room, and what came below the view."""

    DEFAULT_CSS = """
    PaneFooter {
        height: 1;
        padding: 0 1;
        background: $surface;
        color: $text-muted;
        &.-failed { color: $text-error; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._state = ""
        self._figures: tuple[str, ...] = ()
        self._behind = 0
        self._drawn: tuple[str, str] = ("", "")

    def tell(self, state: str, figures: tuple[str, ...], *, failed: bool = False) -> None:
        """Show a state and its figures, the most important first."""
        self._state, self._figures = state, figures
        self.set_class(failed, "-failed")
        self._redraw()

    def tell_behind(self, rows: int) -> None:
        """Show how many rows came below the view."""
        self._behind = rows
        self._redraw()

    def on_resize(self) -> None:
        """Choose anew what there is room for."""
        self._redraw()

    def _redraw(self) -> None:
        drawn = self._lay_out(self.size.width)
        if drawn != self._drawn:
            self._drawn = drawn
            self.refresh()

    def _lay_out(self, width: int) -> tuple[str, str]:
        behind = f"↓ {self._behind:,} more" if self._behind else ""
        left = self._state
        room = width - (cell_width(behind) + len(_BETWEEN) if behind else 0)
        for figure in self._figures:
            longer = left + _BETWEEN + figure if left else figure
            if cell_width(longer) > room:
                break
            left = longer
        left = fit(left, max(0, room))
        gap = width - cell_width(left) - cell_width(behind)
        return left, " " * max(0, gap) + behind

    def render(self) -> Content:
        """The row."""
        left, right = self._drawn
        return Content.assemble(left, (right, "$accent"))
