"""Text fields that keep text exactly, draw it clean, and handle keys in order."""

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Final, cast

from rich.cells import cell_len
from textual import events
from textual.binding import Binding
from textual.document._document import Document, EditResult, Location
from textual.document._document_navigator import DocumentNavigator
from textual.document._wrapped_document import WrappedDocument
from textual.geometry import Size
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from alignscope.text.clean import clean_line
from alignscope.ui.typed import TypingApp, unskipped

_PASTE_MAX: Final = 100_000
"""Characters above which a paste is replaced by a placeholder, because large fields are slow."""
_BURST_SECONDS: Final = 0.01
"""Seconds in which text behind an enter makes it a line break of an unbracketed paste."""


class _Lines(Document):
    """Text with line feeds as its only line ends, and lines cleaned character by character.

    Textual's document also ends lines at form feeds, U+0085, U+2028 and others, and replaces them by line feeds.
    """

    def __init__(self, text: str) -> None:
        super().__init__("")
        self._lines = self._split(text)

    @property
    def lines(self) -> list[str]:
        return [clean_line(line) for line in self._lines]

    def __getitem__(self, line_index: int) -> str:  # type: ignore[override] # no caller passes a slice
        return clean_line(self._lines[line_index])

    def get_size(self, tab_width: int) -> Size:
        lines = self.lines
        return Size(max(cell_len(line.expandtabs(tab_width)) for line in lines), len(lines))

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        (row, column), (end_row, end_column) = sorted((start, end))
        replaced = self.get_text_range(start, end)
        after = self._lines[end_row][end_column:] if end_row < len(self._lines) else ""
        new = self._split(self._lines[row][:column] + text)
        end_location = (row + len(new) - 1, len(new[-1]))
        new[-1] += after
        self._lines[row : end_row + 1] = new
        return EditResult(end_location, replaced)

    def _split(self, text: str) -> list[str]:
        return text.split("\n")


class _OneLine(_Lines):
    """Text without line ends."""

    def _split(self, text: str) -> list[str]:
        return [text]


class TextField(TextArea, inherit_bindings=False):
    """Field of several lines. Function keys are the screen's; Textual's field selects by two of them."""

    BINDINGS = [
        *(binding for binding in Binding.make_bindings(TextArea.BINDINGS) if not binding.action.startswith("select_")),
        Binding("ctrl+shift+a", "select_all", show=False),
    ]

    DEFAULT_CSS = """
    TextField {
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
    OWN_KEYS: ClassVar[dict[str, str]] = {}
    """Actions of keys that have no other binding."""
    DOCUMENT: ClassVar[type[_Lines]] = _Lines
    STRIPPED: ClassVar[str] = ""
    """Characters removed from both ends of inserted text."""

    @dataclass
    class Submitted(Message):
        """The person submitted the text."""

        value: str

    def __init__(self, *, id: str | None = None, placeholder: str = "", empty: bool = True, wrap: bool = True) -> None:
        """Create a field; `empty` allows blank text to be submitted, and `wrap` wraps long lines."""
        self._empty = empty
        self._pastes: dict[str, str] = {}
        """Large pastes by their placeholders."""
        self._enters = 0
        """Enters that wait for text right behind them."""
        self._burst: Timer | None = None
        super().__init__(
            id=id,
            soft_wrap=wrap,
            tab_behavior="focus",
            highlight_cursor_line=False,
            placeholder=placeholder,
        )

    @property
    def _typing(self) -> TypingApp[Any]:
        return cast("TypingApp[Any]", self.app)

    @property
    def value(self) -> str:
        """The whole text, with pastes in place of their placeholders."""
        text = self.text
        for placeholder, pasted in self._pastes.items():
            text = text.replace(placeholder, pasted)
        return text

    def put(self, text: str) -> None:
        """Replace the text, and set the cursor behind it."""
        self._pastes.clear()
        self.load_text(self._fold(text))
        self.move_cursor(self.document.end)

    def replace(
        self, insert: str, start: Location, end: Location, *, maintain_selection_offset: bool = True
    ) -> EditResult:
        """Replace a part of the text, with CR and CRLF in the new text as line feeds."""
        insert = insert.strip(self.STRIPPED)
        insert = "\n" * self._enters + insert.replace("\r\n", "\n").replace("\r", "\n")
        self._enters = 0
        return super().replace(self._fold(insert), start, end, maintain_selection_offset=maintain_selection_offset)

    def action_submit(self) -> None:
        """Submit the text, unless it is blank and must not be."""
        value = self.value
        if self._empty or value.strip():
            self.post_message(self.Submitted(value))

    def action_newline(self) -> None:
        """Break the line at the cursor."""
        self.insert("\n")

    async def on_event(self, event: events.Event) -> None:
        """Handle an event; keys and pastes for a screen that isn't active any more go to the active one."""
        if self.screen.is_active or not isinstance(event, events.Key | events.Paste):
            await super().on_event(event)
        elif isinstance(event, events.Key):
            self._typing.type_first(events.Key(event.key, event.character))
        else:
            self._typing.type_first(events.Paste(event.text))

    async def _on_key(self, event: events.Key) -> None:
        # Textual runs bindings before the field gets the event, or after the event has bubbled to the application; both
        # change the order of letters and keys. So bindings run here.
        if event.is_printable:
            return  # handled by TextArea
        event.prevent_default()
        if event.key == "enter":
            event.stop()
            self._enters += 1
            if self._burst is not None:
                self._burst.stop()
            self._burst = unskipped(self.set_timer(_BURST_SECONDS, self._end_burst))
            return
        await self._do_enters()
        if await self._do(event.key):
            event.stop()

    def _end_burst(self) -> None:
        # After all that has been typed by now, and has come here.
        self._typing.after_typed(partial(self.call_later, self._do_enters))

    async def _do_enters(self) -> None:
        while self._enters:
            self._enters -= 1
            await self._do("enter")

    async def _do(self, key: str) -> bool:
        active = self.screen.active_bindings.get(key)
        if active is not None and await self.app.run_action(active.binding.action, active.node):
            return True
        return key in self.OWN_KEYS and await self.app.run_action(self.OWN_KEYS[key], self)

    def _set_document(self, text: str, language: str | None) -> None:
        self.document = self.DOCUMENT(text)
        self.wrapped_document = WrappedDocument(self.document, tab_width=self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self._build_highlight_map()
        self.move_cursor((0, 0))
        self._rewrap_and_refresh_virtual_size()

    def _recompute_cursor_offset(self) -> None:
        # Where an undo takes the cursor's line away, the scroll bar goes, and asks, before the cursor is moved.
        if self.cursor_location[0] < self.document.line_count:
            super()._recompute_cursor_offset()  # type: ignore[no-untyped-call]

    def _fold(self, text: str) -> str:
        """Store a large text and return its placeholder; return any other text unchanged."""
        if len(text) <= _PASTE_MAX:
            return text
        placeholder = f"⟦pasted {len(text):,} characters, no. {len(self._pastes) + 1}⟧"
        self._pastes[placeholder] = text
        return placeholder


class LineField(TextField, inherit_bindings=False):
    """Field of one line. Bindings of the screen come before its own keys."""

    DEFAULT_CSS = """
    LineField {
        max-height: 1;
        padding: 0;
        scrollbar-size: 0 0;
        &:light .text-area--cursor { background: $input-cursor-background; color: $input-cursor-foreground; }
    }
    """
    DOCUMENT = _OneLine
    STRIPPED = "\r\n"
    OWN_KEYS: ClassVar[dict[str, str]] = {
        "enter": "submit",
        **{
            binding.key: binding.action
            for binding in Binding.make_bindings(TextArea.BINDINGS)
            if not binding.action.startswith(("cursor_up", "cursor_down", "cursor_page", "select_", "delete_line"))
        },
        "ctrl+shift+a": "select_all",
    }

    def __init__(self, text: str = "", *, placeholder: str = "") -> None:
        super().__init__(placeholder=placeholder, wrap=False)
        self.match_cursor_bracket = False
        self.put(text)
