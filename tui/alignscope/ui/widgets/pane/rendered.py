"""A pane's last reply as Markdown, in place of its transcript."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from textual.widget import Widget

from alignscope.model.launch import Scroll
from alignscope.model.lineup.pane import Mode
from alignscope.text.clean import clean

if TYPE_CHECKING:
    from textual.containers import VerticalScroll

_LIMIT: Final = 200_000
"""Characters; more than that as Markdown would freeze the screen, since each paragraph is a widget."""


def why_not(mode: Mode, text: str, running: bool) -> str:
    """Return why a reply can't be shown as Markdown, or an empty string."""
    if mode is not Mode.CHAT:
        return "Only a chat reply is shown as Markdown: a completion is shown exactly as it came."
    if not text or running:
        return "There is no finished reply to show as Markdown yet."
    if len(text) > _LIMIT:
        return f"A reply of {len(text):,} characters is too long to show as Markdown."
    return ""


class Rendered:
    """The Markdown in a pane while it is there."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """
        Args:
            changed: is called when other rows, or more of them, are below the view.
        """
        self._changed = changed
        self._box: VerticalScroll | None = None

    @property
    def shown(self) -> bool:
        """Whether it is there."""
        return self._box is not None

    @property
    def below(self) -> int:
        """Number of rows below the view."""
        return round(self._box.max_scroll_y - self._box.scroll_y) if self._box else 0

    def open(self, text: str, parent: Widget, before: Widget) -> None:
        """Show a text in a parent, before one of its children, and give it the focus."""
        from textual.containers import VerticalScroll
        from textual.widgets import Markdown

        self._box = VerticalScroll(Markdown(clean(text), open_links=False), classes="pane--markdown")
        parent.mount(self._box, before=before)
        for changing in ("scroll_y", "virtual_size"):
            parent.watch(self._box, changing, self._changed)
        self._box.focus()

    def close(self) -> None:
        """Take it away, if it is there."""
        if self._box is not None:
            self._box.remove()
            self._box = None
            self._changed()

    def scroll_to(self, scroll: Scroll) -> None:
        """Go to its beginning or its end, if it is there."""
        if self._box is not None:
            (self._box.scroll_home if scroll == "hold" else self._box.scroll_end)(animate=False)
