"""The two lines below the replies: words for the token at the cursor, and what the heat stands for."""

from collections.abc import Iterable
from typing import ClassVar, Final

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from alignscope.text.clean import Wrapper, clean, fit
from alignscope.ui.screens.tokens.scales import SCALES, STEP_NAMES, Scale, heat_css
from alignscope.ui.widgets.pane.bars import RowBar
from alignscope.ui.widgets.transcript.line_widget import LineWidget

_INDENT: Final = 1
"""Blank cells at either end."""
_MOST: Final = 4
"""Rows that a message may take."""


class Legend(RowBar):
    """The scale's name, and each step in its own look."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"legend--{name}" for name in (*STEP_NAMES, "name")}
    DEFAULT_CSS = (
        """
    Legend {
        background: $background;
        & > .legend--step-0 { color: $foreground; }
        & > .legend--name { color: $accent; }
    """
        + heat_css("& > .legend--{step}")
        + "}\n"
    )

    def __init__(self) -> None:
        super().__init__()
        self._scale: Scale = SCALES[0]
        self._more = ""

    def show(self, scale: Scale, more: str) -> None:
        """Show a scale's steps, and more words behind them."""
        self._scale, self._more = scale, more
        self.redraw()

    def lay_out(self) -> Iterable[tuple[str, str]]:
        """Yield the name and the steps, then the other words."""
        yield f"{self._scale.name}:", "legend--name"
        for step, label in enumerate(self._scale.labels):
            if label:
                yield " ", ""
                yield f" {label} ", f"legend--{self._scale.styles[step]}"
        yield f"  {self._more}", ""


class Words(LineWidget, Widget):
    """A row of words, or as many as a message needs."""

    DEFAULT_CSS = """
    Words {
        height: 1;
        background: $background;
        color: $foreground;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        """What stands here, whole."""
        self.message = False
        """Whether that is a message."""

    def show(self, text: str) -> None:
        """Show words in one row, as far as they fit."""
        self._put(text, message=False)

    def say(self, message: str) -> None:
        """Show a message in as many rows as it needs, up to four."""
        self._put(message, message=True)

    def _put(self, text: str, *, message: bool) -> None:
        if (text, message) != (self.text, self.message):
            self.text, self.message = text, message
            self._draw_again()

    def _draw_again(self) -> None:
        if len(rows := self._rows()) != self.size.height:
            self.styles.height = len(rows)
        self.refresh()

    def on_resize(self) -> None:
        self._draw_again()

    def _rows(self) -> list[str]:
        room = max(1, self.size.width - 2 * _INDENT)
        if not self.message:
            return [fit(self.text, room)]
        rows = Wrapper(room).rows(clean(self.text).replace("\n", " "))
        return [fit(row.rstrip(), room) for row in rows[:_MOST]]

    def rows_of(self, start: int, stop: int) -> list[Strip]:
        """Draw the rows `start` to `stop - 1`."""
        plain, width = self.rich_style, self.outer_size.width
        drawn = [Strip([Segment(" " * _INDENT + row, plain)]) for row in self._rows()[start:stop]]
        padded = [strip.adjust_cell_length(width, plain) for strip in drawn]
        return padded + [Strip.blank(width, plain)] * (stop - start - len(drawn))
