"""Scroll position of a growing transcript: at the last turn's beginning, at the end, or where the person left it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from textual.geometry import Size
from textual.scroll_view import ScrollView

from alignscope.model.launch import Scroll
from alignscope.ui.widgets.transcript.turns import Turns

if TYPE_CHECKING:
    from alignscope.ui.widgets.transcript.transcript import Transcript


class ScrollAnchor:
    """Keeps a transcript's view in its place while rows come."""

    def __init__(self, view: "Transcript", turns: Turns, mode: Scroll) -> None:
        self._view = view
        self._turns = turns
        self.mode = mode
        """Where the view is when a turn begins."""
        self.at: Scroll | None = mode
        """`hold` at the beginning of the last turn, `follow` at the end, None where the person left the view.

        A view that holds stays at the end until the turn's beginning has come to its top.
        """
        self.below = 0
        """Rows below the view; 0 while it follows."""
        self._quiet = False

    @property
    def place(self) -> tuple[int, int]:
        """Number of the turn at the top of the view, and the line in the turn."""
        return self._turns.locate(self._view.scroll_offset.y)

    @property
    def holds_all(self) -> bool:
        """Whether a view that holds the last turn's beginning has its end in view too, if its size is known."""
        return self._held_row == self._end or not self._view.size.height

    def begin(self) -> None:
        """Go where the view is when a turn begins."""
        self.at = self.mode

    def set_mode(self, mode: Scroll) -> None:
        """Go to the beginning of the last turn, or to the end, and do so at every further turn."""
        self.mode = self.at = mode
        self.settle()

    def settle(self) -> None:
        """Go to the beginning of the last turn, or to the end, as `at` says; no blank rows stay below."""
        self.fit(self._view.row_count, 1)

    def fit(self, height: int, step: int) -> bool:
        """Make room for `height` rows, and move the view if it isn't where `at` says, or is below all rows.

        The room is a multiple of `step` rows, because moving the view draws all of it. Returns whether the view moved.
        """
        page, top = self._view.size.height, self._view.scroll_offset.y
        room = max(page, height + -height % step)
        limit = self._turns.held_row(page) if self.at == "hold" else height
        empty = top + page - height
        target = top
        if (self.at is not None and (empty < 0 or top > limit)) or (top > 0 and empty >= step):
            target = min(limit, room - page)
        self._move(room, target)
        if self.at is None and target != top:  # the rows at which the person left it are gone
            self.at = self._at(target)
        self._post()
        return target != top

    def move(self, y: int) -> None:
        """Move the view to a row, without posting `Scrolled`."""
        self._move(max(self._view.size.height, self._view.row_count), y)

    def go(self, number: int, line: int = 0) -> None:
        """Move the view to a turn and a line in it, without posting `Scrolled`.

        The last page of a turn that is shorter comes instead. A turn that isn't there moves nothing.
        """
        row = self._turns.row(number, line, self._view.size.height)
        if row is None:
            return
        if number == self._turns.last and line == 0:
            self.at = "hold"
            self.settle()
            return
        y = min(row, self._end)
        self.move(y)
        self.at = self._at(y)
        self._post()

    def align(self, at: Scroll | None, place: tuple[int, int]) -> None:
        """Move the view to where another one is, without posting `Scrolled`."""
        if at is None:
            self.go(*place)
        else:
            self.at = at
            self.settle()

    def follow(self) -> None:
        """Go to the end, follow it, and post `Scrolled`."""
        self.at = "follow"
        self.settle()
        self._view.post_message(self._view.Scrolled(self._view, "follow", self.place))

    def turn_beside(self, direction: int) -> int | None:
        """Return the number of the turn that begins next above the view's top (-1) or below it (1).

        None if there is none, or if the view has nothing left to move by.
        """
        top = self._view.scroll_offset.y
        return None if direction > 0 and top >= self._end else self._turns.beside(top, direction)

    def moved(self, y: float) -> None:
        """Handle a move of the view by the person, and post `Scrolled`."""
        if self._quiet:
            return
        before, self.at = self.at, self._at(round(y))
        self._post()
        if before is None or self.at != before:  # else Textual has only kept it within bounds
            # Panes that hold go on line by line where this one happens to end.
            at = None if self.at == "follow" and self.mode == "hold" else self.at
            self._view.post_message(self._view.Scrolled(self._view, at, self.place))

    @contextmanager
    def unmoved(self) -> Iterator[None]:
        """Take moves for Textual's own, which keeps the view within bounds."""
        quiet, self._quiet = self._quiet, True
        yield
        self._quiet = quiet

    @property
    def _end(self) -> int:
        """Top row of the view at the end."""
        return max(0, self._view.row_count - self._view.size.height)

    @property
    def _held_row(self) -> int:
        """Top row of a view that holds."""
        return min(self._turns.held_row(self._view.size.height), self._end)

    def _at(self, y: int) -> Scroll | None:
        """Return where a view with this top row is."""
        held = self._held_row
        if y >= self._end or y >= self._view.max_scroll_y:
            return self.mode if held == self._end else "follow"
        return "hold" if y == held else None

    def _post(self) -> None:
        view = self._view
        rows = max(0, view.row_count - view.scroll_offset.y - view.size.height)
        below = 0 if self.at == "follow" else rows
        if below != self.below:
            self.below = below
            view.post_message(view.BelowChanged(below))

    def _move(self, room: int, y: int) -> None:
        # Setting it as usual would lay out and draw the whole screen for the scroll bar.
        self._view.set_reactive(ScrollView.virtual_size, Size(self._view.size.width, room))
        self._view.vertical_scrollbar.window_virtual_size = room
        if y != self._view.scroll_offset.y:
            with self.unmoved():
                self._view.scroll_to(y=y, animate=False, force=True)
