"""Widgets that draw their own rows, and the clock that they draw by."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from textual.geometry import Region
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.app import App
    from textual.widget import Widget

    _Base = Widget
else:
    _Base = object  # Textual takes a widget's default style from its first base that is a widget

FRAMES: Final = 30
"""Drawings a second, at most."""
SKIPPED: Final = 2
"""Frames left out after one in which a whole page of text or more has come."""


class Frames:
    """Calls back all that wait for the next frame at one moment, so that one update of the screen draws them all.

    It runs only while something waits.
    """

    def __init__(self, app: "App[object]") -> None:
        self._waiting: list[Callable[[], None]] = []
        self._skipped = 0
        self._timer = app.set_interval(1 / FRAMES, self._frame, name="frames", pause=True)

    def call_next(self, callback: Callable[[], None]) -> None:
        """Call back once, with the next frame."""
        if not self._waiting:
            self._timer.resume()
        self._waiting.append(callback)

    def skip(self) -> None:
        """Leave out the next frames, because the last one was out of view before anybody could read it."""
        self._skipped = SKIPPED

    def _frame(self) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            callback()
        if not self._waiting:
            self._timer.pause()


_frames: "WeakKeyDictionary[App[object], Frames]" = WeakKeyDictionary()


def frames(app: "App[object]") -> Frames:
    """The one clock of an application."""
    clock = _frames.get(app)
    if clock is None:
        clock = _frames[app] = Frames(app)
    return clock


class LineWidget(_Base):
    """Put before a widget class: a widget with nothing around its rows, no border, no padding and no opacity.

    Textual asks every widget in view for all its rows whenever anything on the screen changes, and its own way of
    answering costs more than all else in a frame. Rows must have the outer width, and are best kept.

    Textual also asks once more for the rows of a widget that was removed, before it has laid out the others. Its styles
    are gone by then, so the rows are blank.
    """

    def row(self, y: int) -> Strip:
        """Draw a row of the view."""
        raise NotImplementedError

    def rows_of(self, start: int, stop: int) -> list[Strip]:
        """Draw the rows of the view from one to before another."""
        return [self.row(y) for y in range(start, stop)]

    def render_line(self, y: int) -> Strip:
        """Draw a row for Textual, which asks for it to find what is under the mouse."""
        return self.row(y) if self.is_attached else Strip.blank(self.outer_size.width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw a region for Textual."""
        if not self.is_attached:
            return [Strip.blank(crop.width)] * crop.height
        strips = self.rows_of(crop.y, crop.bottom)
        if filters := self.get_line_filters():
            background = self.background_colors[1]
            for line_filter in filters:
                strips = [strip.apply_filter(line_filter, background) for strip in strips]
        if crop.column_span != (0, self.outer_size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips
