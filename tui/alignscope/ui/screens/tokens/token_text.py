"""The text of one reply, in which every token is a place for the cursor and has its heat."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from alignscope.text.clean import clean, glyphs, is_plain
from alignscope.ui.screens.tokens.reply_tokens import ReplyTokens
from alignscope.ui.screens.tokens.rows import PlacedRows
from alignscope.ui.screens.tokens.scales import SCALES, STEP_NAMES, Scale, heat_css, step_name
from alignscope.ui.widgets.transcript.layout import GUTTERS, BlockKind
from alignscope.ui.widgets.transcript.line_widget import LineWidget, tone_css

_GUTTER: Final = GUTTERS[BlockKind.REPLY]
_BREAK: Final = "\u23ce"
"""Drawn where a line of the text ends, as a line break is a token too, or a part of one."""
_BLANK: Final = "\u00b7"
"""Drawn in place of a blank where that is asked for."""
_TAB: Final = "\u2192"
_STRIPS: Final = 512
"""Strips in the cache."""


class _Piece(NamedTuple):
    """Cells of one token in a row."""

    token: int
    drawn: str
    cells: int


class TokenText(LineWidget, ScrollView, can_focus=False, inherit_bindings=False):
    """A reply with its tokens, wrapped as in the explorer. A row is drawn once, until something in it changes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"token-text--{name}" for name in (*STEP_NAMES, "edge", "kept", "cursor", "elsewhere")
    }
    ALLOW_SELECT = False
    DEFAULT_CSS = (
        """
    TokenText {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        background: $background;
        color: $foreground;
        & > .token-text--edge { color: $text-disabled; }
        & > .token-text--kept { color: $text-muted; }
        &:ansi > .token-text--kept { color: $foreground; text-style: dim; }
        & > .token-text--cursor { text-style: bold reverse; }
        & > .token-text--elsewhere { color: $text-muted; text-style: reverse; }
    """
        + heat_css("& > .token-text--{step}")
        + "}\n"
        + tone_css("TokenText.-{tone} > .token-text--edge")
    )

    @dataclass
    class Pointed(Message):
        """The mouse pointed at a token."""

        sender: "TokenText"
        token: int

    def __init__(self, tokens: ReplyTokens, *, classes: str) -> None:
        super().__init__(classes=classes)
        self._tokens = tokens
        self._rows = PlacedRows()
        self._text = ""
        self._scale = SCALES[0]
        self._cursor = 0
        self._active = False
        self._signs = False
        self._column: int | None = None
        """The column that steps from line to line keep to; None for that of the cursor."""
        self._width = 0
        self._seen = Size(0, 0)
        """The size, which Textual works out anew each time that it is asked."""
        self._strips: dict[int, Strip] = {}
        self._looks: dict[str, Style] = {}

    # Content

    def show(self, tokens: ReplyTokens) -> None:
        """Show another reply, with the cursor on its first token."""
        self._tokens, self._text, self._cursor, self._column = tokens, "", 0, None
        self._rows.wrap("", self._room)
        self._changed(0)

    def extend(self, text: str) -> None:
        """Show text that the tokens have taken in."""
        if text:
            self._text += clean(text)
            self._changed(self._rows.append(clean(text)))

    def set_scale(self, scale: Scale) -> None:
        """Draw the heat of another scale."""
        self._scale = scale
        self._strips.clear()
        self.refresh()

    def show_blanks(self, signs: bool) -> None:
        """Draw blanks as signs, or as they are."""
        self._signs = signs
        self._strips.clear()
        self.refresh()

    # The cursor

    @property
    def cursor(self) -> int:
        """The token under the cursor."""
        return self._cursor

    def move(self, token: int, *, active: bool, keep_column: bool = False) -> None:
        """Put the cursor on a token, and bring it into view if it is another one.

        Args:
            active: whether the keys move this text's cursor.
            keep_column: whether further steps from line to line stay in the column that they began in.
        """
        token = max(0, min(token, len(self._tokens) - 1))
        if not keep_column:
            self._column = None
        if (token, active) != (self._cursor, self._active):
            moved = token != self._cursor
            before = self._rows_of_cursor()
            self._cursor, self._active = token, active
            self._draw_again({*before, *self._rows_of_cursor()})
            if moved:
                self.reveal()

    def beside(self, lines: int) -> int:
        """Return the token so many lines below the cursor, or above it for a negative number."""
        here, column = self._place()
        self._column = column if self._column is None else self._column
        step, last = (1, len(self._rows) - 1) if lines > 0 else (-1, 0)
        for row in range(here + lines, last + step, step):
            if (token := self._under(row, self._column)) != self._cursor:  # it may take several rows
                return token
        return self._under(last, self._column)

    @property
    def page(self) -> int:
        """Lines that a page has."""
        return max(1, self.size.height - 1)

    def _place(self) -> tuple[int, int]:
        """Return the row and the column of the cursor."""
        row = self._rows.at(self._tokens.starts[self._cursor])
        column = 0
        for piece in self._pieces(row):
            if piece.token == self._cursor:
                break
            column += piece.cells
        return row, column

    def _under(self, row: int, column: int) -> int:
        """Return the token at a column of a row, or the row's last."""
        token = self._tokens.at(self._rows.starts[row])
        for piece in self._pieces(row):
            token = piece.token
            column -= piece.cells
            if column < 0:
                break
        return token

    def _rows_of_cursor(self) -> range:
        if not len(self._tokens):
            return range(1)
        start, end = self._tokens.starts[self._cursor], self._tokens.starts[self._cursor + 1]
        return range(self._rows.at(start), self._rows.at(max(start, end - 1)) + 1)

    def _draw_again(self, rows: Collection[int]) -> None:
        top, (width, height) = self.scroll_offset.y, self._seen
        for row in rows:
            self._strips.pop(row, None)
        if seen := [Region(0, row - top, width, 1) for row in rows if 0 <= row - top < height]:
            self.refresh(*seen)

    def reveal(self) -> None:
        """Bring the cursor into view."""
        rows, top, height = self._rows_of_cursor(), self.scroll_offset.y, self._seen.height
        if height and not top <= rows.start < top + height:
            y = rows.start if rows.start < top else rows.start - height + 1
            self.scroll_to(y=y, animate=False, immediate=True, force=True)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Post the token under the mouse."""
        row = event.y + self.scroll_offset.y
        if row < len(self._rows) and len(self._tokens):
            self.post_message(self.Pointed(self, self._under(row, max(0, event.x - len(_GUTTER)))))

    # Size

    @property
    def _room(self) -> int:
        return max(1, self.scrollable_content_region.width - len(_GUTTER))

    def on_resize(self) -> None:
        """Wrap the text for the new width, with the cursor in view."""
        self._seen = self.size
        if self._room != self._width:
            self._width = self._room
            self._rows.wrap(self._text, self._room)
        self._changed(0)
        self.reveal()

    def _changed(self, first: int) -> None:
        """Draw the rows from `first` on again."""
        for row in [row for row in self._strips if row >= first]:
            del self._strips[row]
        if self.virtual_size.height != len(self._rows):
            self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows))
        self.refresh()

    # Drawing

    def notify_style_update(self) -> None:
        """Draw again in other colours."""
        super().notify_style_update()
        self._looks.clear()
        self._strips.clear()

    def row(self, y: int) -> Strip:
        """Draw a row of the view."""
        return self._row(y + self.scroll_offset.y)

    def rows_of(self, start: int, stop: int) -> list[Strip]:
        """Draw rows of the view. Where it is scrolled to is looked up once: that costs more than a kept row."""
        top = self.scroll_offset.y
        return [self._row(y) for y in range(start + top, stop + top)]

    def _row(self, row: int) -> Strip:
        if row not in self._strips:
            if len(self._strips) > _STRIPS:
                self._strips.clear()
            self._strips[row] = self._draw(row)
        return self._strips[row]

    def _look(self, name: str) -> Style:
        """Return a cached style: Textual's look-up costs more than drawing a row."""
        if name not in self._looks:
            self._looks[name] = self.get_component_rich_style(f"token-text--{name}") if name else self.rich_style
        return self._looks[name]

    def _draw(self, row: int) -> Strip:
        plain, outer, width = self._look(""), self.outer_size.width, self.scrollable_content_region.width
        if row >= len(self._rows):
            return Strip.blank(outer, plain)
        edge = self._look("edge")
        segments = [Segment(cell, edge) for cell in _GUTTER]
        cells, seen = len(_GUTTER), False
        for piece in self._pieces(row):
            seen = seen or (piece.token == self._cursor and cells < width)
            segments.append(Segment(piece.drawn, self._look(self._style_name(piece.token))))
            cells += piece.cells
        seen = seen or row != self._rows_of_cursor().start or not len(self._tokens)
        if cells <= width and seen:  # padded here: a strip of its own for that costs more than this one
            return Strip([*segments, Segment(" " * (outer - cells), plain)], outer)
        strip = Strip(segments, cells)
        if cells > width:  # blanks may hang over the edge
            strip, cells = strip.crop(0, width), width
        if not seen:
            # The cursor's token has no cell of its own here.
            own = Segment(" ", self._look(self._style_name(self._cursor)))
            strip = Strip([*strip.crop(0, min(cells, width - 1)), own])
        return strip.adjust_cell_length(outer, plain)

    def _style_name(self, token: int) -> str:
        """Return the last part of the name of a token's style; empty for the text's own."""
        if token == self._cursor:
            return "cursor" if self._active else "elsewhere"
        if self._tokens.borrowed(token):
            return "kept"
        if not self._tokens.has_logprobs:
            return ""
        name = step_name(self._scale, self._tokens, token)
        return "" if name == STEP_NAMES[0] else name

    def _pieces(self, row: int) -> Iterator[_Piece]:
        """Yield the cells of a row by token. A character of several tokens is the cursor's, else the first one's."""
        if not len(self._tokens):
            return
        tokens, text, start = self._tokens, self._rows.rows[row], self._rows.starts[row]
        first, last = tokens.starts[self._cursor], tokens.starts[self._cursor + 1]
        last = max(last, first + 1)  # a token without text is shown on what follows it
        if is_plain(text) and last == tokens.starts[self._cursor + 1]:
            place, token = 0, tokens.at(start)
            while place < len(text):
                end = min(len(text), tokens.starts[token + 1] - start)
                if end > place:
                    drawn = text[place:end].replace(" ", _BLANK) if self._signs else text[place:end]
                    yield _Piece(token, drawn, end - place)
                    place = end
                token += 1
        else:
            for begin, end, drawn, cells in glyphs(text):
                held = start + begin < last and start + end > first
                if self._signs and text[begin] in " \t":
                    drawn = (_TAB if text[begin] == "\t" else _BLANK).ljust(cells)
                yield _Piece(self._cursor if held else tokens.at(start + begin), drawn, cells)
        if self._rows.breaks(row):
            place = start + len(text)
            yield _Piece(self._cursor if first <= place < last else tokens.at(place), _BREAK, 1)
