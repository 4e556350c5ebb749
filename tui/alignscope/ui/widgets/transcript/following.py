"""Where a view is that rows are added to below: at their end, moving with it, or held still by the person."""

from dataclasses import dataclass

from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView


class FollowingView(ScrollView):
    """A view that stays at the end of what keeps coming, until the person moves it, and again once they go back.

    Its height is a little more than its rows, in steps, since each change of it has all of the view drawn.
    """

    behind: var[int] = var(0)
    """Rows below the view that came while it held still; 0 while it follows."""

    @dataclass
    class FollowChanged(Message, namespace="transcript"):
        """The view began or stopped following the end, or more rows came while it held still."""

        transcript: "FollowingView"
        following: bool
        behind: int

    @dataclass
    class Scrolled(Message, namespace="transcript"):
        """The person moved the view."""

        transcript: "FollowingView"
        share: float
        """Where the view is: 0 at the top, 1 at the end."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._following = True
        self._told = True
        self._quiet = False

    # What the rows are is the affair of the widget that is built on it.

    @property
    def row_count(self) -> int:
        """Rows at the present width."""
        raise NotImplementedError

    def _changed(self, first: int) -> None:
        """Rows from `first` on are new."""
        raise NotImplementedError

    # Where it is

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the end again when the view is moved there, and tell where it is."""
        super().watch_scroll_y(old_value, new_value)
        if self._quiet or round(old_value) == round(new_value):
            return
        hidden = max(0, self.row_count - round(new_value) - self.size.height)
        # As far down as Textual would go is the end as well: rows may have come since it last heard of any.
        followed, self._following = self._following, hidden == 0 or new_value >= self.max_scroll_y
        self._tell(hidden)
        if not (followed and self._following):  # else it is Textual that keeps it within bounds
            self.post_message(self.Scrolled(self, self.share))

    # Keys move the view at once: an animation would be overtaken by the text that keeps coming.

    def action_scroll_up(self) -> None:
        self.scroll_up(animate=False)

    def action_scroll_down(self) -> None:
        self.scroll_down(animate=False)

    def action_page_up(self) -> None:
        self.scroll_page_up(animate=False)

    def action_page_down(self) -> None:
        self.scroll_page_down(animate=False)

    def action_scroll_home(self) -> None:
        self.scroll_home(animate=False)

    def action_scroll_end(self) -> None:
        """Go to the end, which may be further down than Textual has heard of, and stay there."""
        self._following = True
        self._changed(self.row_count)
        self._tell(0)
        self.post_message(self.Scrolled(self, 1.0))

    def _tell(self, hidden: int) -> None:
        behind = 0 if self._following else hidden
        if behind != self.behind or self._following != self._told:
            self.behind, self._told = behind, self._following
            self.post_message(self.FollowChanged(self, self._following, behind))

    @property
    def following(self) -> bool:
        """Whether the view moves with what comes."""
        return self._following

    @property
    def share(self) -> float:
        """Where the view is: 0 at the top, 1 at the end."""
        span = self.row_count - self.size.height
        return min(1.0, self.scroll_offset.y / span) if span > 0 else 1.0

    def scroll_to_share(self, share: float) -> None:
        """Move the view to the place that another transcript told; nothing is told in return."""
        span = max(0, self.row_count - self.size.height)
        self._following = share >= 1
        self._quietly_to(round(span * min(share, 1)))
        self._tell(max(0, self.row_count - self.scroll_offset.y - self.size.height))

    def _set_height(self, height: int) -> None:
        # Set as usual, it would have the whole screen laid out and drawn, for the sake of the scroll bar.
        self.set_reactive(FollowingView.virtual_size, Size(self.size.width, height))
        self.vertical_scrollbar.window_virtual_size = height

    def _quietly_to(self, y: int) -> None:
        self._quiet = True
        self.scroll_to(y=y, animate=False, force=True)
        self._quiet = False
