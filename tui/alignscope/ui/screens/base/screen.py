"""Base classes of the screens."""

import re
from collections.abc import Iterator
from functools import partial
from typing import TypeVar

from textual.app import SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.css.query import NoMatches
from textual.markup import escape
from textual.message import Message
from textual.screen import ModalScreen, Screen

T = TypeVar("T")


class AppScreen(Screen[T]):
    """A screen that ignores keys and messages while its widgets aren't mounted yet, or aren't any more.

    A key that was pressed on the screen before, or a message on its way, may arrive at such a moment.
    """

    def on_mount(self) -> None:
        """Draw the line of keys again, since `check_action` allows actions from now on."""
        self.call_after_refresh(self.refresh_bindings)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not (self.is_mounted and self in self.app.screen_stack):
            return False
        return super().check_action(action, parameters)

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Leave this screen with a result, once: Textual would take away the screen below when it is left again.

        Two keys that leave a screen may come in one packet.
        """
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def action_help(self) -> None:
        """Show help on this screen."""
        from alignscope.ui.screens.help.screen import HelpScreen

        self.app.push_screen(HelpScreen(self))

    def key_of(self, action: str) -> str:
        """Return the first key of the binding with this id, as messages name it: `F4`."""
        bindings = (binding for binding in self.BINDINGS if isinstance(binding, Binding))
        return self.name_key(next(binding for binding in bindings if binding.id == action))

    def name_key(self, binding: Binding) -> str:
        """Return the first key of a binding, which may be another screen's, as messages name it."""
        key = self._display_key(binding)
        return key.upper() if re.fullmatch(r"f\d+", key) else key

    def commands(self) -> Iterator[SystemCommand]:
        """Yield every action that has a key, for the command palette, except scrolling."""
        seen = set()
        for binding in self.BINDINGS:
            if not isinstance(binding, Binding) or binding.action.startswith(("scroll(", "app.command_palette")):
                continue
            if binding.id not in seen:
                seen.add(binding.id)
                help = f"{escape(self._display_key(binding))} · {binding.tooltip}"
                yield SystemCommand(binding.description, help, partial(self.run_action, binding.action))

    def _display_key(self, default: Binding) -> str:
        """Return the first key of a binding after the person's keymap, as the line of keys shows it."""
        first = self.app._keymap.get(default.id or "", default.key).split(",")[0]
        return self.app.get_key_display(default.with_key(first))

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except NoMatches:
            # Where the application ends, a screen that has just been opened begins without its widgets.
            if self in self.app.screen_stack and not self.app._exit:
                raise


class Dialog(AppScreen[T], ModalScreen[T]):
    """A screen on top of another. Its content stands in one container of the class `-dialog`."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 60%;
        & > .-dialog {
            width: 100%;
            max-width: 100;
            height: auto;
            max-height: 100%;
            background: $surface;
            padding: 1 2 0 2;
        }
    }
    """

    def commands(self) -> Iterator[SystemCommand]:
        """Yield nothing: the line of keys shows every action."""
        yield from ()
