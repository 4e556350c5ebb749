"""Scroll position of a growing transcript: at its end, or where the person left it."""

from typing import TYPE_CHECKING

from textual.geometry import Size
from textual.scroll_view import ScrollView

if TYPE_CHECKING:
    from alignscope.ui.widgets.transcript.transcript import Transcript


class Follow:
    """Keeps a transcript's view at the end of its rows while it is there."""

    def __init__(self, view: "Transcript") -> None:
        self._view = view
        self.active = True
        """Whether the view follows the end."""
        self.behind = 0
        """Rows below the view; 0 while it follows."""
        self._quiet = False

    @property
    def share(self) -> float:
        """Position of the view: 0 at the top, 1 at the end."""
        span = self._view.row_count - self._view.size.height
        return min(1.0, self._view.scroll_offset.y / span) if span > 0 else 1.0

    def fit(self, height: int, step: int) -> bool:
        """Make room for `height` rows, and go to their end if the view follows it or is further down.

        The room is a multiple of `step` rows, because moving the view draws all of it. Returns whether the view moved.
        """
        page = self._view.size.height
        top = self._view.scroll_offset.y
        empty = top + page - height
        room = max(page, height + -height % step)
        moved = (empty < 0 and self.active) or (top > 0 and empty >= step)
        if moved:
            self.active = True
        self._move(room, room - page if moved else top)
        self._post(max(0, -empty))
        return moved

    def hold(self, y: int) -> None:
        """Move the view to a row, without posting `Scrolled`."""
        self._move(max(self._view.size.height, self._view.row_count), y)

    def move_to_share(self, share: float) -> None:
        """Move the view to a share of the rows, without posting `Scrolled`."""
        height, page = self._view.row_count, self._view.size.height
        self.active = share >= 1
        self.hold(round(max(0, height - page) * min(share, 1)))
        self._post(max(0, height - self._view.scroll_offset.y - page))

    def moved(self, y: float) -> None:
        """Handle a move of the view: follow the end if the view reached it, and post `Scrolled`."""
        if self._quiet:
            return
        view = self._view
        below = max(0, view.row_count - round(y) - view.size.height)
        # Textual's own limit is the end as well: rows may have come since it was last set.
        followed, self.active = self.active, below == 0 or y >= view.max_scroll_y
        self._post(below)
        if not (followed and self.active):  # else Textual has only kept it within bounds
            view.post_message(view.Scrolled(view, self.share))

    def _post(self, below: int) -> None:
        behind = 0 if self.active else below
        if behind != self.behind:
            self.behind = behind
            self._view.post_message(self._view.BehindChanged(behind))

    def _move(self, room: int, y: int) -> None:
        # Setting it as usual would lay out and draw the whole screen for the scroll bar.
        self._view.set_reactive(ScrollView.virtual_size, Size(self._view.size.width, room))
        self._view.vertical_scrollbar.window_virtual_size = room
        if y != self._view.scroll_offset.y:
            self._quiet = True
            self._view.scroll_to(y=y, animate=False, force=True)
            self._quiet = False
