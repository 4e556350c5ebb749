"""Bases of widgets that keep their rows, or draw their own, their frame clock, and style rules for tones."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Self
from weakref import WeakKeyDictionary, ref

from textual.color import TRANSPARENT
from textual.geometry import Region, Size
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from alignscope.model.lineup.tones import TONES

if TYPE_CHECKING:
    from textual.app import App
    from textual.filter import LineFilter
    from textual.widget import Widget

    _Base = Widget
else:
    _Base = object  # Textual inherits a widget's default style from its first base that is a widget

FRAMES: Final = 30
"""Largest number of frames a second."""
SKIPPED: Final = 2
"""Frames left out after one that added a page of text or more."""


class Frames:
    """Frame clock: runs all waiting callbacks together, so that one screen update draws them.

    After a while in which nothing came, what comes is drawn at once, and what comes right behind that half a frame
    later: the first tokens of two panes seldom come together.
    """

    def __init__(self, app: "App[object]") -> None:
        self._app = ref(app)  # the table of clocks goes by applications that are still there
        self._waiting: list[Callable[[], None]] = []
        self._next_at = 0.0
        """When the next frame is due at the earliest, on the event loop's clock."""
        self._running = False

    def call_next(self, callback: Callable[[], None]) -> None:
        """Call back once, in the next frame."""
        self._waiting.append(callback)
        if len(self._waiting) == 1 and not self._running:
            self._schedule()

    def skip(self) -> None:
        """Leave out the next frames, because text scrolls by faster than it can be read."""
        self._next_at += SKIPPED / FRAMES

    def _schedule(self) -> None:
        if (app := self._app()) is not None:
            asyncio.get_running_loop().call_at(self._next_at, app.call_later, self._frame)

    def _frame(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._next_at = max(self._next_at + 1 / FRAMES, asyncio.get_running_loop().time() + 0.5 / FRAMES)
        self._running = True
        try:
            for callback in waiting:
                callback()
        finally:
            self._running = False
        if self._waiting:
            self._schedule()


_frames: "WeakKeyDictionary[App[object], Frames]" = WeakKeyDictionary()


def frames(app: "App[object]") -> Frames:
    """Return the application's frame clock."""
    clock = _frames.get(app)
    if clock is None:
        clock = _frames[app] = Frames(app)
    return clock


def tone_css(selector: str) -> str:
    """Return style rules that give each tone its colour; `{tone}` in the selector stands for the tone."""
    return "".join(f"{selector.format(tone=tone)} {{ color: ${tone}-tone; }}\n" for tone in TONES)


class KeptRows(_Base):
    """First base of a widget without padding above, whose rows are drawn again after `refresh`, those of the regions.

    Other regions of the widget to draw, or other filters, have all of them drawn again.
    A widget that puts its rows together when it hears of a new size has been drawn for it already, and refreshes too.
    Textual asks every widget in view for all its rows whenever anything on the screen changes. Its own cache keeps what
    a row looks like, but not what the filters make of it, and looks up a dozen styles before it looks into the cache.
    """

    _kept_rows: tuple[Region, Sequence["LineFilter"], list[Strip]] | None = None
    _stale: tuple[Region, ...] = ()

    def refresh(self, *regions: Region, **how: Any) -> Self:
        """Draw again, or only these regions."""
        if not regions:
            self._kept_rows = None
        self._stale += regions
        return super().refresh(*regions, **how)

    def notify_style_update(self) -> None:
        """Draw again in other colours."""
        super().notify_style_update()
        self._kept_rows = None

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        # Textual would lay out the whole screen a second time after each layout that changed a size.
        return super()._size_updated(size, virtual_size, container_size, layout=False)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the rows of a region for Textual."""
        filters, kept = self.get_line_filters(), self._kept_rows
        if kept is None or kept[0] != crop or kept[1] != filters:
            kept = self._kept_rows = crop, filters, self.draw_lines(crop)
        elif self._stale:
            top, bottom = (min(each.y for each in self._stale), max(each.bottom for each in self._stale))
            stale = crop.intersection(Region(crop.x, top, crop.width, bottom - top))
            kept[2][stale.y - crop.y : stale.bottom - crop.y] = self.draw_lines(stale)
        self._stale = ()
        return kept[2]

    def draw_lines(self, crop: Region) -> list[Strip]:
        """Draw a region."""
        return super().render_lines(crop)


class LineWidget(KeptRows):
    """First base of a widget that draws whole rows, without border, padding or opacity.

    Textual's own drawing is the dearest part of a frame. Rows must have the outer width.

    Textual also asks once for the rows of a removed widget, whose styles are gone. These rows are blank.
    """

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The scroll bar of a widget that scrolls, made when it is first needed."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = KeptScrollBar()
            self._vertical_scrollbar.styles.inline.set_rule("display", "block")  # else Textual lays out again for it
            self.app._start_widget(self, self._vertical_scrollbar)
        return self._vertical_scrollbar

    def row(self, y: int) -> Strip:
        """Draw a row of the view; this or `rows_of` is the widget's own."""
        return self.rows_of(y, y + 1)[0]

    def rows_of(self, start: int, stop: int) -> list[Strip]:
        """Draw the rows `start` to `stop - 1` of the view."""
        return [self.row(y) for y in range(start, stop)]

    def render_line(self, y: int) -> Strip:
        """Draw a row for Textual's search for the style under the mouse."""
        return self.row(y) if self.is_attached else Strip.blank(self.outer_size.width)

    def draw_lines(self, crop: Region) -> list[Strip]:
        """Draw a region."""
        if not self.is_attached:
            return [Strip.blank(crop.width)] * crop.height
        strips = self.rows_of(crop.y, crop.bottom)
        if filters := self.get_line_filters():
            background = self.visual_style.background or TRANSPARENT  # background_colors isn't kept by Textual
            for line_filter in filters:
                strips = [strip.apply_filter(line_filter, background) for strip in strips]
        if crop.column_span != (0, self.outer_size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips


class KeptScrollBar(LineWidget, ScrollBar):
    """A scroll bar that is drawn as quickly as the rows beside it."""

    def rows_of(self, start: int, stop: int) -> list[Strip]:
        """Draw the rows `start` to `stop - 1`."""
        console = self.app.console
        options = console.options.update_dimensions(1, self.size.height)
        rows = console.render_lines(self.render(), options, style=self.rich_style, pad=False)
        return [Strip(row, 1) for row in rows[start:stop]]
