"""A small editor for the system prompt of the chat panes."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from alignscope.ui.screens.dialogs.text import TextScreen


class SystemScreen(TextScreen):
    """Returns the system prompt, None if cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "clear", "None", id="system.clear", tooltip="Send no system prompt"),
    ]

    def __init__(self, system: str) -> None:
        super().__init__(
            "System prompt",
            "It stands before the conversation of every chat pane. Completion panes never see it: a base model knows "
            "no roles.",
            system,
            empty="No system prompt. Enter keeps what is typed here.",
        )

    def action_clear(self) -> None:
        """Dismiss with no system prompt."""
        self.dismiss("")
