"""The prompt editor: enter sends, ctrl+j breaks the line, up and down go through what was sent before."""

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.containers import Container
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip
from textual.widgets import TextArea

from alignscope.ui.widgets.transcript.line_widget import Drawn

_FOLD_OVER = 100_000
"""A paste of more characters than this is held aside as one block, since an editor of that size crawls."""


class PromptLine(Drawn, Container):
    """Around a prompt editor: the mark in front of it, in another colour with the class `-focused`."""

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


class PromptEditor(TextArea):
    """A text area that grows with its text and knows what was asked before."""

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
    DEFAULT_CSS = """
    PromptEditor {
        height: auto;
        min-height: 1;
        max-height: 8;
        border: none;
        padding: 0 1 0 0;
        background: $surface;
        &:focus { border: none; background: $surface; }
        & .text-area--cursor-line { background: $surface; }
        & .text-area--placeholder { color: $text-muted; }
    }
    """

    @dataclass
    class Submitted(Message):
        """The person sent this prompt."""

        prompt: str

    past: var[tuple[str, ...]] = var(())
    """Prompts sent before, oldest first."""

    def __init__(
        self,
        *,
        id: str | None = None,
        placeholder: str = "Type a prompt; enter sends it to every pane",
        empty: bool = False,
    ) -> None:
        """Args:
        empty: whether an empty text may be submitted.
        """
        super().__init__(
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            compact=True,
            highlight_cursor_line=False,
            placeholder=placeholder,
        )
        self.set_reactive(TextArea.cursor_blink, False)  # nothing here moves unless something happens
        self.cursor_blink = False  # nothing here moves that doesn't have to
        self._empty = empty
        self._place: int | None = None
        self._draft = ""
        self._held: dict[str, str] = {}

    @property
    def prompt(self) -> str:
        """What would be sent: the text, with pastes that were held aside put back."""
        text = self.text
        for mark, pasted in self._held.items():
            text = text.replace(mark, pasted)
        return text

    def put(self, prompt: str) -> None:
        """Replace the text and set the cursor behind it."""
        self._held.clear()
        self.load_text("")
        if len(prompt) > _FOLD_OVER:
            prompt = self._hold(prompt)
        self.load_text(prompt)
        self.move_cursor(self.document.end)

    def action_submit(self) -> None:
        """Send, unless there is nothing to send."""
        prompt = self.prompt
        if prompt.strip() or self._empty:
            self._place = None
            self.post_message(self.Submitted(prompt))

    def action_newline(self) -> None:
        """Break the line at the cursor."""
        self.insert("\n")

    def action_back(self) -> None:
        """Up a line; in the first one, to the prompt before."""
        if not self.cursor_at_first_line:
            self.action_cursor_up()
        elif self.past and self._place != 0:
            if self._place is None:
                self._draft = self.prompt
                self._place = len(self.past)
            self._place -= 1
            self.put(self.past[self._place])

    def action_forth(self) -> None:
        """Down a line; in the last one, to the prompt after, and at the end back to what was being written."""
        if not self.cursor_at_last_line:
            self.action_cursor_down()
        elif self._place is not None:
            self._place += 1
            if self._place < len(self.past):
                self.put(self.past[self._place])
            else:
                self._place = None
                self.put(self._draft)

    async def _on_key(self, event: events.Key) -> None:
        # The text area would break the line. The key goes on to the binding instead, behind the letters typed before
        # it: a priority binding would overtake them, and send a prompt that isn't all there yet.
        if event.key == "enter":
            event.prevent_default()

    async def _on_paste(self, event: events.Paste) -> None:
        if len(event.text) > _FOLD_OVER:
            event.prevent_default()
            event.stop()
            self.insert(self._hold(event.text))

    def _hold(self, text: str) -> str:
        """Set a huge text aside, and give the mark that stands for it in the editor."""
        mark = f"⟦pasted {len(text):,} characters, no. {len(self._held) + 1}⟧"
        self._held[mark] = text
        return mark
