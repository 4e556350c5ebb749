"""Panes side by side or one above the other, with dividers that the mouse drags and keys move."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from alignscope.ui.widgets.pane.view import PaneView
from alignscope.ui.widgets.transcript.line_widget import Drawn

_LEAST_SHARE = 0.12


class Divider(Drawn, Widget):
    """The line between two panes."""

    DEFAULT_CSS = """
    Divider {
        width: 1;
        height: 1fr;
        color: $scrollbar;
        &:hover, &.-held { color: $accent; }
    }
    """

    @dataclass
    class Moved(Message):
        """The mouse dragged the divider by so many cells."""

        index: int
        cells: int

    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index
        """Number of the pane before it, from 0."""
        self._from: int | None = None

    def row(self, y: int) -> Strip:
        stacked = self.size.width > 1
        return Strip([Segment(("─" if stacked else "│") * self.size.width, self.rich_style)])

    def _position(self, event: events.MouseEvent) -> int:
        return event.screen_y if self.size.width > 1 else event.screen_x

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._from = self._position(event)
        self.capture_mouse()
        self.add_class("-held")
        event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._from is not None:
            now = self._position(event)
            if now != self._from:
                self.post_message(self.Moved(self.index, now - self._from))
                self._from = now

    def on_mouse_up(self) -> None:
        self._from = None
        self.release_mouse()
        self.remove_class("-held")


class Split(Container):
    """Up to four panes sharing the room, in proportion to their shares."""

    DEFAULT_CSS = """
    Split {
        layout: horizontal;
        height: 1fr;
        &.-stacked { layout: vertical; }
        &.-stacked > Divider { width: 1fr; height: 1; }
        &.-zoomed > Divider { display: none; }
        &.-zoomed > PaneView { display: none; }
        &.-zoomed > PaneView.-zoom { display: block; }
    }
    """

    stacked: reactive[bool] = reactive(False, toggle_class="-stacked")
    zoomed: reactive[str] = reactive("")
    """Name of the pane that has all the room; empty for none."""

    def __init__(self, views: Sequence[PaneView], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._initial = list(views)
        self._shares = [1 / len(views)] * len(views)

    @property
    def views(self) -> list[PaneView]:
        """The panes, in order."""
        return [child for child in self.children if isinstance(child, PaneView)]

    def view(self, name: str) -> PaneView | None:
        """The pane of that name, None when there is none. Asked for with every token, so it doesn't go by a query."""
        for child in self._nodes:
            if isinstance(child, PaneView) and child.pane.name == name:
                return child
        return None

    def compose(self) -> ComposeResult:
        for index, view in enumerate(self._initial):
            if index:
                yield Divider(index - 1)
            yield view

    def on_mount(self) -> None:
        self._apply()

    async def add(self, view: PaneView) -> None:
        """Put a pane behind the others; the room is shared evenly again."""
        await self.mount(Divider(len(self._shares) - 1), view)
        self._shares = [1 / (len(self._shares) + 1)] * (len(self._shares) + 1)
        self._apply()

    async def remove_pane(self, view: PaneView) -> None:
        """Remove a pane; the room is shared evenly again."""
        if self.zoomed == view.pane.name:
            self.zoomed = ""
        await view.remove()
        dividers = list(self.query(Divider))
        if dividers:
            first = self.children[0]
            await (first if isinstance(first, Divider) else dividers[-1]).remove()
        # Taking one from the middle leaves two dividers together: what counts is one between every two panes.
        for before, after in zip(list(self.children), list(self.children)[1:], strict=False):
            if isinstance(before, Divider) and isinstance(after, Divider):
                await after.remove()
        for index, divider in enumerate(self.query(Divider)):
            divider.index = index
        self._shares = [1 / max(1, len(self.views))] * len(self.views)
        self._apply()

    def move_divider(self, index: int, share: float) -> None:
        """Give the pane before a divider this much more of the room, and the one behind it as much less."""
        if not 0 <= index < len(self._shares) - 1:
            return
        both = self._shares[index] + self._shares[index + 1]
        first = min(max(self._shares[index] + share, _LEAST_SHARE), both - _LEAST_SHARE)
        self._shares[index], self._shares[index + 1] = first, both - first
        self._apply()

    def even_out(self) -> None:
        """All panes the same size."""
        self._shares = [1 / len(self._shares)] * len(self._shares)
        self._apply()

    @property
    def _length(self) -> int:
        """Cells that the panes share, in the direction they share them."""
        return (self.size.height if self.stacked else self.size.width) - len(self._shares) + 1

    def on_divider_moved(self, event: Divider.Moved) -> None:
        event.stop()
        if self._length > 0:
            self.move_divider(event.index, event.cells / self._length)

    def on_resize(self) -> None:
        self._apply()

    def watch_stacked(self) -> None:
        self._apply()

    def watch_zoomed(self, name: str) -> None:
        self.set_class(bool(name), "-zoomed")
        for view in self.views:
            view.set_class(view.pane.name == name, "-zoom")
        self._apply()

    def _apply(self) -> None:
        """Shares become whole cells; the last pane takes what is left, so that none is lost to rounding."""
        views = self.views
        if len(views) != len(self._shares):
            return
        edges = [round(share * self._length) for share in accumulate(self._shares, initial=0.0)]
        for index, view in enumerate(views):
            free = self.zoomed or index == len(views) - 1 or self._length <= 0
            size: int | str = "1fr" if free else edges[index + 1] - edges[index]
            view.styles.width = "1fr" if self.stacked else size
            view.styles.height = size if self.stacked else "1fr"
