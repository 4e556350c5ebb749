"""The prompt editor: enter sends, ctrl+j breaks the line, up and down go through earlier prompts."""

from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding
from textual.containers import Container
from textual.reactive import var
from textual.strip import Strip

from alignscope.ui.widgets.text_field import TextField
from alignscope.ui.widgets.transcript.line_widget import LineWidget


class PromptLine(LineWidget, Container):
    """Frame of a prompt editor with a mark in front, in another colour with the class `-focused`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"prompt-line--mark"}
    DEFAULT_CSS = """
    PromptLine {
        height: auto;
        padding-left: 3;
        background: $surface;
        & > .prompt-line--mark { color: $text-muted; }
        &.-focused > .prompt-line--mark { color: $accent; text-style: bold; }
    }
    """

    def row(self, y: int) -> Strip:
        """Draw the mark in the first row; the editor covers the rest."""
        blank, mark = self.rich_style.background_style, self.get_component_rich_style("prompt-line--mark")
        drawn = Strip([Segment(" ", blank), Segment("❯", mark)][: 1 if y else 2])
        return drawn.adjust_cell_length(self.outer_size.width, blank)


class PromptEditor(TextField):
    """Text field with a history of prompts."""

    BINDINGS = [
        Binding("enter", "submit", "Send", id="prompt.send", tooltip="Send the prompt to every pane"),
        Binding(
            "ctrl+j,shift+enter",
            "newline",
            "New line",
            id="prompt.newline",
            show=False,
            tooltip="Break the line (shift+enter where the terminal can tell it apart)",
        ),
        Binding("up", "back", "Earlier prompt", id="prompt.back", show=False, tooltip="Line up, or the prompt before"),
        Binding("down", "forth", "Later prompt", id="prompt.forth", show=False, tooltip="Line down, or next prompt"),
    ]

    past: var[tuple[str, ...]] = var(())
    """Earlier prompts, oldest first."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, placeholder="Type a prompt; enter sends it to every pane", empty=False)
        self._place: int | None = None
        self._draft = ""

    def action_submit(self) -> None:
        """Send the prompt unless it is blank, and empty the field."""
        super().action_submit()
        if self.value.strip():
            self._place = None
            self.put("")

    def action_back(self) -> None:
        """Move up a line, or from the first line to the previous prompt."""
        if not self.cursor_at_first_line:
            self.action_cursor_up()
        elif self.past and self._place != 0:
            if self._place is None:
                self._draft = self.value
                self._place = len(self.past)
            self._place -= 1
            self.put(self.past[self._place])

    def action_forth(self) -> None:
        """Move down a line, or from the last line to the next prompt, and after the last to the draft."""
        if not self.cursor_at_last_line:
            self.action_cursor_down()
        elif self._place is not None:
            self._place += 1
            if self._place < len(self.past):
                self.put(self.past[self._place])
            else:
                self._place = None
                self.put(self._draft)
