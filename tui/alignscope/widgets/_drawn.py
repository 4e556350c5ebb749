"""Widgets that draw their own rows, and the clock that they draw by."""

import time
from typing import TYPE_CHECKING, Final

from textual.geometry import Region
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.widget import Widget

    _Base = Widget
else:
    _Base = object  # Textual takes a widget's default style from its first base that is a widget

FRAMES: Final = 30
"""Drawings a second, at most."""


def until_frame(least: float = 0) -> float:
    """Seconds until the first frame that is at least so many seconds away.

    Frames fall at the same moments for all widgets, so that one update of the screen draws everything that changed.
    """
    return least + 1 / FRAMES - (time.monotonic() + least) % (1 / FRAMES)


class Drawn(_Base):
    """Put before a widget class: a widget with nothing around its rows, no border, no padding and no opacity.

    Textual asks every widget in view for all its rows whenever anything on the screen changes, and its own way of
    answering costs more than all else in a frame. `render_line` must give rows of the outer width, and keep them.
    """

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of a region."""
        strips = [self.render_line(y) for y in crop.line_range]
        if filters := self.get_line_filters():
            background = self.background_colors[1]
            for line_filter in filters:
                strips = [strip.apply_filter(line_filter, background) for strip in strips]
        if crop.column_span != (0, self.outer_size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips
