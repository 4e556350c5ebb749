"""A reply in one row: how surprising each token was, or how open each position, and where the cursor is."""

from dataclasses import dataclass
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from alignscope.measure.bounds import BITS
from alignscope.ui.screens.tokens.reply_tokens import ReplyTokens
from alignscope.ui.screens.tokens.scales import ENTROPY, SCALES, Scale
from alignscope.ui.widgets.transcript.line_widget import LineWidget

_INDENT: Final = 2
"""Blank cells at the left, below the text's gutter."""
_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_TOP: Final = 8.0
"""Bits from which on a surprisal has the highest block; of entropy, half as many; of divergence, 1."""


class TokenStrip(LineWidget, Widget):
    """A cell for each token, or for several, of which the highest counts."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"token-strip--cursor"}
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TokenStrip {
        height: 1;
        background: $surface;
        color: $text-muted;
        & > .token-strip--cursor { color: $foreground; text-style: bold reverse; }
    }
    """

    @dataclass
    class Pointed(Message):
        """The mouse pointed at a token."""

        sender: "TokenStrip"
        token: int

    def __init__(self, tokens: ReplyTokens) -> None:
        super().__init__()
        self._tokens = tokens
        self._scale = SCALES[0]
        self._cursor = 0
        self._cells: str | None = None
        """The blocks; None if they have to be found again."""
        self._looks: tuple[Style, Style] | None = None
        """Styles of the row and of the cursor."""

    def show(self, tokens: ReplyTokens) -> None:
        """Show a reply as it is now."""
        self._tokens, self._cells = tokens, None
        self.refresh()

    def set_scale(self, scale: Scale) -> None:
        """Show the entropy or the divergence of the two models on scales of their own, and else the surprisal."""
        if (scale is ENTROPY, scale.scored) != (self._scale is ENTROPY, self._scale.scored):
            self._cells = None
            self.refresh()
        self._scale = scale

    def move(self, token: int) -> None:
        """Show the cursor on a token."""
        if token != self._cursor:
            self._cursor = token
            self.refresh()

    def on_resize(self) -> None:
        self._cells = None
        self.refresh()

    def notify_style_update(self) -> None:
        """Draw again in other colours."""
        super().notify_style_update()
        self._looks = None

    @property
    def _each(self) -> int:
        """Tokens of one cell."""
        return max(1, -(-len(self._tokens) // max(1, self.size.width - _INDENT - 1)))

    def _height(self, token: int) -> float:
        """Return a token's share of the highest block; below 0 if it is unknown, or was kept from another reply."""
        if self._tokens.borrowed(token):
            return -1.0
        if self._scale is ENTROPY:
            figures = self._tokens.known_figures(token)
            return -1.0 if figures is None else 2 * figures.entropy.lo / _TOP
        if self._scale.scored:
            scored = self._tokens.scored
            found = scored.known_comparison(token) if scored else None
            return -1.0 if found is None or found.js is None else found.js.lo * BITS
        surprisal = self._tokens.surprisal(token)
        return -1.0 if surprisal is None else surprisal / _TOP

    def _blocks(self) -> str:
        each, heights = self._each, [self._height(token) for token in range(len(self._tokens))]
        tops = [max(heights[at : at + each]) for at in range(0, len(heights), each)]
        return "".join(" " if top < 0 else _BLOCKS[int(min(top, 0.99) * len(_BLOCKS))] for top in tops)

    def row(self, y: int) -> Strip:
        """Draw the row."""
        width = self.outer_size.width
        if self._cells is None:
            self._cells = self._blocks()
        if self._looks is None:  # Textual's look-up costs more than drawing the row
            self._looks = self.rich_style, self.get_component_rich_style("token-strip--cursor")
        (plain, cursor), here, cells = self._looks, self._cursor // self._each, self._cells
        before, after = " " * _INDENT + cells[:here], cells[here + 1 :]
        after = after.ljust(width - len(before) - len(cells[here : here + 1]))
        segments = [Segment(before, plain), Segment(cells[here : here + 1], cursor), Segment(after, plain)]
        return Strip(segments).adjust_cell_length(width, plain)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Post the first token of the cell under the mouse."""
        token = max(0, event.x - _INDENT) * self._each
        if token < len(self._tokens):
            self.post_message(self.Pointed(self, token))
