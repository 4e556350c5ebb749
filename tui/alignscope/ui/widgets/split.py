"""Panes side by side or stacked, with dividers for mouse and keys."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.containers import Container
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import Layout, WidgetPlacement
from textual.reactive import reactive, var
from textual.strip import Strip
from textual.widget import Widget

from alignscope.ui.widgets.pane.view import PaneView
from alignscope.ui.widgets.transcript.line_widget import LineWidget

_LEAST_SHARE = 0.12


class _Shared(Layout):
    """Layout by shares, with a cell for the divider between two panes."""

    name = "shared"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> list[WidgetPlacement]:
        """Place the displayed panes: all, or the zoomed one."""
        assert isinstance(parent, Split)
        edges = parent.edges(size, len(children))
        placements = []
        for child, (start, end) in zip(children, pairwise(edges), strict=True):
            length = max(0, end - start - 1)
            region = Region(0, start, size.width, length) if parent.stacked else Region(start, 0, length, size.height)
            placements.append(WidgetPlacement(region, NULL_OFFSET, NULL_SPACING, child))
        return placements


class Split(LineWidget, Container):
    """Up to four panes in proportion to their shares."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"split--divider", "split--held"}
    DEFAULT_CSS = """
    Split {
        height: 1fr;
        & > .split--divider { color: $scrollbar; }
        & > .split--held { color: $accent; }
        &.-zoomed > PaneView { display: none; }
        &.-zoomed > PaneView.-zoom { display: block; }
    }
    """

    stacked: reactive[bool] = reactive(False)
    zoomed: reactive[str] = reactive("")
    """Name of the only visible pane; empty for all."""
    held: var[int | None] = var(None)
    """Index of the divider under the mouse."""

    def __init__(self, views: Sequence[PaneView], *, id: str | None = None) -> None:
        super().__init__(*views, id=id)
        self._views = [*views]
        self._layout = _Shared()
        self._shares = [1 / len(views)] * len(views)
        self._from: int | None = None
        """Row or column of the mouse at the last drag; None while no divider is dragged."""

    @property
    def layout(self) -> Layout:
        """Layout of the panes."""
        return self._layout

    @property
    def views(self) -> list[PaneView]:
        """Panes in order."""
        return [*self._views]

    def view(self, name: str) -> PaneView | None:
        """Return the pane of that name, or None. Called for every token, so without a look at the children."""
        for view in self._views:
            if view.pane.name == name:
                return view
        return None

    async def add(self, view: PaneView) -> None:
        """Add a pane at the end, and give all panes the same size."""
        self._views.append(view)
        await self.mount(view)
        self.even_out()

    async def remove_pane(self, view: PaneView) -> None:
        """Remove a pane, and give the others the same size. One that is on its way out already is left to that."""
        if view not in self._views:
            return
        if self.zoomed == view.pane.name:
            self.zoomed = ""
        self._views.remove(view)
        await view.remove()
        self.even_out()

    def move_divider(self, index: int, share: float) -> None:
        """Move a divider by a share of the room."""
        if not 0 <= index < len(self._shares) - 1:
            return
        both = self._shares[index] + self._shares[index + 1]
        first = min(max(self._shares[index] + share, _LEAST_SHARE), both - _LEAST_SHARE)
        self._shares[index], self._shares[index + 1] = first, both - first
        self._share_out()

    def even_out(self) -> None:
        """Give all panes the same size."""
        count = len(self.views)
        self._shares = [1 / max(1, count)] * count
        self._share_out()

    def edges(self, size: Size, count: int) -> list[int]:
        """Return the first cell of each of `count` panes in the shared direction, and of one more."""
        length = (size.height if self.stacked else size.width) - count + 1
        shares = self._shares if count == len(self._shares) else [1 / max(1, count)] * count
        # Edges are rounded, not widths, so that no cell is lost.
        return [round(share * length) + index for index, share in enumerate(accumulate(shares, initial=0.0))]

    def _share_out(self) -> None:
        # A widget that asks for a layout has its ancestors arranged again, not its own children.
        for view in self.views[:1]:
            view.refresh(layout=True)
        self.refresh()

    def watch_stacked(self) -> None:
        self._share_out()

    def watch_zoomed(self, name: str) -> None:
        self.set_class(bool(name), "-zoomed")
        for view in self.views:
            view.set_class(view.pane.name == name, "-zoom")

    # Dividers

    @property
    def _dividers(self) -> list[int]:
        """Rows or columns of the visible dividers."""
        return [edge - 1 for edge in self.edges(self.size, sum(view.display for view in self.views))[1:-1]]

    def rows_of(self, start: int, stop: int) -> list[Strip]:
        """Draw the dividers; the panes cover the rest."""
        plain = self.rich_style
        line, held = (self.get_component_rich_style(f"split--{name}") for name in ("divider", "held"))
        width, height = self.size
        cells = [Segment(" ", plain)] * (height if self.stacked else width)
        for index, place in enumerate(self._dividers):
            if 0 <= place < len(cells):  # the terminal may be too small
                cells[place] = Segment("─" if self.stacked else "│", held if index == self.held else line)
        if self.stacked:
            rows = [Strip([Segment(cell.text * width, cell.style)], width) for cell in cells]
        else:
            rows = [Strip(Segment.simplify(cells), width)] * height
        drawn = rows[start:stop]
        return drawn + [Strip.blank(width)] * (stop - start - len(drawn))  # drawn before the first layout

    def _position(self, event: events.MouseEvent) -> int:
        offset = event.screen_offset - self.content_region.offset
        return offset.y if self.stacked else offset.x

    def _point_at(self, event: events.MouseEvent) -> None:
        place, dividers = self._position(event), self._dividers
        self.held = dividers.index(place) if place in dividers else None

    def watch_held(self) -> None:
        width, height = self.size
        for place in self._dividers:
            self.refresh(Region(0, place, width, 1) if self.stacked else Region(place, 0, 1, height))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._point_at(event)
        if self.held is not None:
            self._from = self._position(event)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._from is None or self.held is None:
            self._point_at(event)
            return
        now = self._position(event)
        length = self.edges(self.size, len(self.views))[-1] - len(self.views)
        self.move_divider(self.held, (now - self._from) / max(1, length))
        self._from = now

    def on_mouse_up(self) -> None:
        if self._from is not None:
            self._from = None
            self.release_mouse()

    def on_leave(self) -> None:
        if self._from is None:
            self.held = None
