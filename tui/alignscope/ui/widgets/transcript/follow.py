"""Where a view is that rows are added to below: at their end, moving with it, or held still by the person."""

from typing import TYPE_CHECKING

from textual.geometry import Size
from textual.scroll_view import ScrollView

if TYPE_CHECKING:
    from alignscope.ui.widgets.transcript.transcript import Transcript


class Follow:
    """Keeps a transcript's view at the end of its rows, until the person moves it, and again once they go back."""

    def __init__(self, view: "Transcript") -> None:
        self._view = view
        self.active = True
        """Whether the view moves with what comes."""
        self.behind = 0
        """Rows below the view that came while it held still; 0 while it follows."""
        self._posted = (True, 0)
        self._quiet = False

    @property
    def share(self) -> float:
        """Where the view is: 0 at the top, 1 at the end."""
        span = self._view.row_count - self._view.size.height
        return min(1.0, self._view.scroll_offset.y / span) if span > 0 else 1.0

    def fit(self, height: int, step: int) -> bool:
        """Make room for so many rows, and go to their end if the view follows it or is further down.

        Args:
            height: rows there are.
            step: the room is a multiple of so many rows, since moving the view draws all of it. 1 leaves none empty.

        Returns:
            Whether the view has moved.
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
        """Move the view to a row, without taking it for something that the person did."""
        self._move(max(self._view.size.height, self._view.row_count), y)

    def move_to_share(self, share: float) -> None:
        """Move the view to where another transcript's is; posts no `Scrolled`."""
        height, page = self._view.row_count, self._view.size.height
        self.active = share >= 1
        self.hold(round(max(0, height - page) * min(share, 1)))
        self._post(max(0, height - self._view.scroll_offset.y - page))

    def moved(self, y: float) -> None:
        """Follow the end again when the view was moved there."""
        if self._quiet:
            return
        view = self._view
        below = max(0, view.row_count - round(y) - view.size.height)
        # As far down as Textual would go is the end as well: rows may have come since it last heard of any.
        followed, self.active = self.active, below == 0 or y >= view.max_scroll_y
        self._post(below)
        if not (followed and self.active):  # else it is Textual that keeps it within bounds
            view.post_message(view.Scrolled(view, self.share))

    def _post(self, below: int) -> None:
        self.behind = 0 if self.active else below
        if self._posted != (self.active, self.behind):
            self._posted = self.active, self.behind
            self._view.post_message(self._view.FollowChanged(self._view, self.active, self.behind))

    def _move(self, room: int, y: int) -> None:
        # Set as usual, it would have the whole screen laid out and drawn, for the sake of the scroll bar.
        self._view.set_reactive(ScrollView.virtual_size, Size(self._view.size.width, room))
        self._view.vertical_scrollbar.window_virtual_size = room
        if y != self._view.scroll_offset.y:
            self._quiet = True
            self._view.scroll_to(y=y, animate=False, force=True)
            self._quiet = False
