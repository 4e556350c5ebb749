"""The rows of the sampling panel, in as many columns as fit."""

from dataclasses import dataclass
from typing import Final

from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from alignscope.model.sampling import PARAMETERS
from alignscope.text.clean import cell_width, clean_line, fit
from alignscope.ui.widgets.sampling.parameter_row import Edit, ParameterRow

NAMES: Final = tuple(PARAMETERS)
COLUMN_WIDTH: Final = 34
"""Least width of a column in cells."""
_NAME_WIDTH: Final = max(map(len, NAMES))
_COLUMNS_MAX: Final = 4
SELECTED: Final = "▎"
"""Mark at the left of the selected row of every list."""


class ParameterList(Widget):
    """Draws the rows, and posts clicks and wheel steps."""

    DEFAULT_CSS = """
    ParameterList { width: 1fr; height: auto; text-wrap: nowrap; }
    """

    @dataclass
    class Clicked(Message):
        """A row was clicked."""

        index: int
        part: str
        """`mark`, `name` or `value`."""

    @dataclass
    class Stepped(Message):
        """The mouse wheel was turned on the selected row."""

        steps: int

    rows: reactive[tuple[ParameterRow, ...]] = reactive(())
    cursor: reactive[int] = reactive(0)
    edit: reactive[Edit | None] = reactive(None)
    active: reactive[bool] = reactive(False)
    """Whether the panel has the focus."""

    @property
    def lines(self) -> int:
        """Number of lines."""
        return self.get_content_height(self.size, self.size, self.size.width)

    @property
    def _column_width(self) -> int:
        return self.size.width // _columns(self.size.width)

    def place(self, index: int) -> Region:
        """Return the region of a row."""
        column, y = divmod(index, self.lines)
        return Region(column * self._column_width, y, self._column_width, 1)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return -(-len(NAMES) // _columns(width))

    def render(self) -> Content:
        width = self._column_width
        drawn = [self._draw(index, width) for index in range(len(self.rows))]
        blank = Content(" " * width)
        columns = [drawn[start : start + self.lines] for start in range(0, len(drawn), self.lines)]
        return Content("\n").join(
            Content("").join(column[y] if y < len(column) else blank for column in columns) for y in range(self.lines)
        )

    def _draw(self, index: int, width: int) -> Content:
        row = self.rows[index]
        if index != self.cursor:
            return self._unedited(row, width)
        line = self._unedited(row, width) if self.edit is None else self._edited(row, self.edit, width)
        mark = Content.styled(SELECTED, "$accent" if self.active else "$text-muted")
        return (mark + line[1:]).stylize("on $primary 12%" if self.active else "on $boost")

    def _unedited(self, row: ParameterRow, width: int) -> Content:
        names = max(min(_NAME_WIDTH, width - 12), 4)
        room = max(width - names - 6, 4)
        value = fit(row.value, room)
        return Content.assemble(
            (" ● ", "$accent") if row.on else (" ○ ", "dim"),
            (fit(row.parameter.name, names).ljust(names + 1), "" if row.on else "dim"),
            " " * (room - cell_width(value)),
            (value, "bold" if row.on else "dim"),
            ("≠" if row.differs and not row.on else " ", "$text-warning"),
            ("!" if row.caveats else " ", "$text-warning"),
        )

    def _edited(self, row: ParameterRow, edit: Edit, width: int) -> Content:
        name, text = row.parameter.name, clean_line(edit.text)
        room = max(width - len(name) - 5, 4)
        # Text scrolls until the cursor is visible; wide characters have two cells.
        begin = 0
        while cell_width(text[begin : edit.cursor]) >= room:
            begin += 1
        before = text[begin : edit.cursor]
        under = text[edit.cursor : edit.cursor + 1] or " "
        left = max(room - cell_width(before) - cell_width(under), 0)
        after = fit(text[edit.cursor + 1 :], left)
        after += " " * (left - cell_width(after))
        return Content.assemble(
            (" ● ", "$accent"),
            f"{name} ",
            (before, "underline"),
            (under, "reverse"),
            (after, "underline"),
            " ",
        )

    def _index_at(self, x: int, y: int) -> int | None:
        return next((index for index in range(len(NAMES)) if self.place(index).contains(x, y)), None)

    def on_click(self, event: events.Click) -> None:
        index = self._index_at(event.x, event.y)
        if index is not None:
            x = event.x - self.place(index).x
            part = "mark" if x < 3 else "name" if x < 4 + len(NAMES[index]) else "value"
            self.post_message(self.Clicked(index, part))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseScrollUp | events.MouseScrollDown, steps: int) -> None:
        # Over any other row the wheel scrolls the list.
        if self.active and self._index_at(event.x, event.y) == self.cursor:
            event.stop()
            event.prevent_default()
            self.post_message(self.Stepped(steps))


def _columns(width: int) -> int:
    return max(1, min(width // COLUMN_WIDTH, _COLUMNS_MAX))
