"""A list of lines with a cursor, of which only those in view are made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from alignscope.model.lineup.tones import TONES
from alignscope.text.clean import cell_width, fit

Piece = tuple[str, str]
"""A text, and what it looks like: a tone, `muted`, `strong` or ""."""
_LOOKS: Final = ("muted", "strong", *TONES)
GAP: Final = 2
"""Cells between columns."""


class Lines(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines below a heading that stays. Subclasses say how many there are and what stands in each."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--cursor", "lines--head", *(f"lines--{look}" for look in _LOOKS)}
    ALLOW_SELECT = False
    DEFAULT_CSS = (
        """
    Lines {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        background: $background;
        color: $foreground;
        & > .lines--head { color: $text-muted; background: $surface; }
        &:focus > .lines--head { color: $foreground; background: $panel; text-style: bold; }
        &:focus:ansi > .lines--head { background: $background; text-style: bold underline; }
        & > .lines--muted { color: $text-muted; }
        & > .lines--strong { color: $accent; text-style: bold; }
        &:focus > .lines--cursor { background: $primary 12%; }
        &:focus:light > .lines--cursor { background: $primary 7%; }
        &:focus:ansi > .lines--cursor { background: $primary; color: ansi_bright_white; }
    """
        + "".join(f"& > .lines--{tone} {{ color: ${tone}-tone; }}\n" for tone in TONES)
        + "}\n"
    )

    @dataclass
    class Moved(Message):
        """The cursor is on another line."""

        lines: "Lines"

        @property
        def control(self) -> "Lines":
            """The list."""
            return self.lines

    @dataclass
    class Chosen(Message):
        """A line was clicked twice."""

        lines: "Lines"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = 0
        self._looks: dict[tuple[str, str], Style] = {}

    # What subclasses say

    def count(self) -> int:
        """Return how many lines there are."""
        raise NotImplementedError

    def heading(self) -> Iterable[Piece]:
        """Yield the pieces of the heading."""
        raise NotImplementedError

    def line(self, number: int) -> Iterable[Piece]:
        """Yield the pieces of a line."""
        raise NotImplementedError

    # Lines come and go

    @property
    def room(self) -> int:
        """Cells of a line, without the cursor's mark and the scroll bar."""
        return max(1, self.scrollable_content_region.width - GAP)

    def changed(self, first: int = 0) -> None:
        """Draw again, after lines have changed or others have come.

        Args:
            first: the first of them.
        """
        size = Size(self.size.width, self.count() + 1)
        if self.virtual_size != size:
            # Set as usual it has the whole screen laid out and drawn, which takes several times as long as these lines.
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        self.cursor = max(0, min(self.cursor, self.count() - 1))
        if first < round(self.scroll_offset.y) + self.size.height:
            self.refresh()

    def move(self, how: str) -> None:
        """Move the cursor: `up`, `down`, `page_up`, `page_down`, `home` or `end`."""
        page = max(1, self.size.height - 2)
        step = {"up": -1, "down": 1, "page_up": -page, "page_down": page}.get(how)
        last = self.count() - 1
        self.go(self.cursor + step if step else 0 if how == "home" else last)

    def go(self, number: int) -> None:
        """Put the cursor on a line."""
        self.cursor = max(0, min(number, self.count() - 1))
        # The heading covers the first row of the view.
        self.scroll_to_region(Region(0, self.cursor, 1, 2), animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved(self))

    def on_resize(self) -> None:
        """Lay out for the new width."""
        self.changed()
        self.scroll_to_region(Region(0, self.cursor, 1, 2), animate=False, force=True)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the line under the mouse; a second click chooses it."""
        line = round(self.scroll_offset.y) + event.y - 1
        if event.y and line < self.count():
            self.go(line)
            if event.chain == 2:
                self.post_message(self.Chosen(self))

    # Drawing

    def notify_style_update(self) -> None:
        """Draw in other colours."""
        super().notify_style_update()
        self._looks.clear()

    def _look(self, name: str, ground: str) -> Style:
        """Return the style of a piece on a line's ground: `head`, `cursor` or "" for any other."""
        key = (name, ground)
        if key not in self._looks:
            style = self.get_component_rich_style(f"lines--{ground}") if ground else self.rich_style
            if name:
                own = self.get_component_rich_style(f"lines--{name}", partial=True)
                style += Style(color=own.color, bold=own.bold, dim=own.dim)
            self._looks[key] = style
        return self._looks[key]

    def on_focus(self) -> None:
        """Draw the cursor's line and the heading as those that keys are for."""
        self._looks.clear()
        self.refresh()

    def on_blur(self) -> None:
        """Draw them as those of the other part."""
        self.on_focus()

    def render_line(self, y: int) -> Strip:
        """Draw a row of the view."""
        width = self.size.width
        if not y:
            return self._strip(self.heading(), "head", width, mark="")
        number = round(self.scroll_offset.y) + y - 1
        if number >= self.count():
            return Strip.blank(width, self.rich_style)
        cursor = number == self.cursor
        return self._strip(self.line(number), "cursor" if cursor else "", width, mark="›" if cursor else "")

    def _strip(self, pieces: Iterable[Piece], ground: str, width: int, *, mark: str) -> Strip:
        segments = [Segment(mark.ljust(GAP), self._look("strong", ground))]
        segments += [Segment(text, self._look(look, ground)) for text, look in pieces if text]
        return Strip(segments).adjust_cell_length(width, self._look("", ground))


def padded(text: str, cells: int) -> str:
    """Return a text that takes so many cells, cut off or filled up with blanks."""
    drawn = fit(text[: 4 * cells + 8], cells)
    return drawn + " " * (cells - cell_width(drawn))


def widths_of(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return how many cells each column takes."""
    return [max(cell_width(row[place]) for row in rows) for place in range(len(rows[0]))] if rows else []
