"""The line of keys at the bottom, which never breaks off in the middle of a word."""

from textual import events
from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from alignscope.text import cell_width

_ALWAYS = "help"
"""The action whose key stays when there is no room for all: it leads to the others."""


class KeyBar(Footer):
    """Textual's footer, less the keys that there is no room for. Help tells them all."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)

    def compose(self) -> ComposeResult:
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        room = (self.size.width or self.app.size.width) + 1 - sum(_cells(key) for key in keys if key.action == _ALWAYS)
        full = False
        for key in keys:
            if key.action != _ALWAYS:
                # Once one has been left out, so are those behind it: what is shown is the beginning of the list.
                full = full or _cells(key) > room
                if full:
                    continue
                room -= _cells(key)
            yield key

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.recompose)


def _cells(key: FooterKey) -> int:
    """The columns that a key takes with what it does, and the blanks between and behind."""
    return cell_width(key.key_display) + cell_width(key.description) + 2
