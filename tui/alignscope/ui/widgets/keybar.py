"""The line of keys at the bottom, which never breaks off in the middle of a word."""

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from alignscope.text.clean import cell_width

_ALWAYS = "help"
"""The action whose key stays when there is no room for all: it leads to the others."""
_LEAVES = "quit"
"""The action whose key isn't named in a dialog, which has another way out."""
_COMMANDS = "≡"
_GAP = 2
"""Blanks between one key with its words and the next."""


class KeyBar(Footer):
    """Textual's footer, less the keys that there is no room for. Help tells them all.

    At its right end a mouse finds every command of the screen, by the command palette.

    A screen whose keys do different things at different times has `footer_words`: by action, what its key does now,
    or nothing while it does nothing.
    """

    DEFAULT_CSS = """
    KeyBar { background: $background; &.-dialogs { background: $surface; } }
    KeyBar.-compact FooterKey { margin: 0 2 0 0; &.-commands { dock: right; margin: 0; } }
    KeyBar:ansi FooterKey .footer-key--key { color: $accent; }
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.set_class(self.screen.is_modal, "-dialogs")  # a dialog has a ground of its own

    def compose(self) -> ComposeResult:
        words: Mapping[str, str] = getattr(self.screen, "footer_words", {})
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        for key in keys:
            key.description = words.get(key.action, key.description)
        keys = [key for key in keys if key.description and not (key.action == _LEAVES and self.screen.is_modal)]
        # The gap behind the last key may hang over; the sign for all commands stands alone.
        room = (self.size.width or self.app.size.width) + _GAP - 1 - cell_width(_COMMANDS)
        room -= sum(_cells(key) for key in keys if key.action == _ALWAYS)
        full = False
        for key in keys:
            if key.action != _ALWAYS:
                # Once one has been left out, so are those behind it: what is shown is the beginning of the list.
                full = full or _cells(key) > room
                if full:
                    continue
                room -= _cells(key)
            yield key
        yield FooterKey(
            "ctrl+p", _COMMANDS, "", "app.command_palette", tooltip="Every command by its name", classes="-commands"
        )

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.recompose)


def _cells(key: FooterKey) -> int:
    """The columns that a key takes with what it does, and the blanks between and behind."""
    return cell_width(key.key_display) + 1 + cell_width(key.description) + _GAP
