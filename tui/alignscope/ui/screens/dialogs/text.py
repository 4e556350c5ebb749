"""A small editor for one text: a session's name, a note, a file's path."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from alignscope.text.clean import clean
from alignscope.ui.screens.base.screen import Dialog
from alignscope.ui.widgets.keybar import KeyBar
from alignscope.ui.widgets.text_field import TextField


class TextEditor(TextField):
    """Field of the dialog."""

    BINDING_GROUP_TITLE = "Text"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Keep", id="text.keep", tooltip="Keep what is typed here"),
        Binding("ctrl+j,shift+enter", "newline", "New line", id="text.newline",
                tooltip="Break the line (shift+enter where the terminal can tell it apart)"),
    ]  # fmt: skip


class TextScreen(Dialog[str | None]):
    """Returns the text, None if cancelled.

    Args:
        heading: what is asked for, in a few words.
        explain: what the text is used for.
        text: the text to begin with.
        empty: what an empty text means; by default, an empty text isn't accepted.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Leave it as it is", id="text.cancel", tooltip="Change nothing"),
        Binding("f1,ctrl+g", "app.help", "Help", id="text.help", show=False, tooltip="The keys of this place"),
    ]
    DEFAULT_CSS = """
    TextScreen {
        align: center bottom;
        background: transparent;
        & > .-dialog { max-width: 100%; }
        & Static { padding-bottom: 1; }
        & TextEditor { max-height: 12; margin-bottom: 1; }
    }
    """

    def __init__(self, heading: str, explain: str, text: str = "", *, empty: str = "") -> None:
        super().__init__()
        self._heading, self._explain, self._text, self._empty = heading, explain, text, empty

    def compose(self) -> ComposeResult:
        with Vertical(classes="-dialog"):
            yield Static(
                Content.assemble((clean(self._heading), "bold"), (f"   {clean(self._explain)}", "$text-muted"))
            )
            yield TextEditor(
                id="text", placeholder=self._empty or "Enter keeps what is typed here.", empty=bool(self._empty)
            )
            yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(TextEditor).put(self._text)

    def on_text_field_submitted(self, event: TextField.Submitted) -> None:
        event.stop()
        self.dismiss(event.value.strip())
