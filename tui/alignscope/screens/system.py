"""A small editor for the system prompt of the chat panes."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from alignscope.widgets.keybar import KeyBar
from alignscope.widgets.prompt import PromptEditor


class SystemScreen(ModalScreen[str | None]):
    """Returns the system prompt, or None when the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Leave it as it is", id="system.cancel", tooltip="Change nothing"),
        Binding("ctrl+r", "clear", "None", id="system.clear", tooltip="Send no system prompt"),
    ]
    DEFAULT_CSS = """
    SystemScreen {
        align: center bottom;
        background: $background 60%;
        & > Vertical {
            width: 100%;
            height: auto;
            background: $surface;
            padding: 1 2 0 2;
        }
        & Static { color: $text-muted; padding-bottom: 1; }
        & PromptEditor { max-height: 12; margin-bottom: 1; }
    }
    """

    def __init__(self, system: str) -> None:
        super().__init__()
        self._system = system

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(
                "The system prompt stands before the conversation of every chat pane. "
                "Completion panes never see it: a base model knows no roles.",
                markup=False,
            )
            yield PromptEditor(id="system", placeholder="No system prompt. Enter keeps what is typed here.", empty=True)
            yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(PromptEditor).put(self._system)

    def on_prompt_editor_submitted(self, event: PromptEditor.Submitted) -> None:
        event.stop()
        self.dismiss(event.prompt.strip())

    def action_clear(self) -> None:
        """Dismiss with no system prompt."""
        self.dismiss("")
