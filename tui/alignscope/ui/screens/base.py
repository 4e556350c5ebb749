"""What all screens have in common."""

from typing import TypeVar

from textual.css.query import NoMatches
from textual.message import Message
from textual.screen import ModalScreen, Screen

T = TypeVar("T")


class AppScreen(Screen[T]):
    """A screen that does nothing before its parts are there, and nothing once it has been left.

    A key that was pressed on the screen before, or a message that was on its way, may arrive at such a moment.
    """

    def on_mount(self) -> None:
        """Draw the line of keys anew, whose actions are there from now on."""
        self.call_after_refresh(self.refresh_bindings)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not (self.is_mounted and self in self.app.screen_stack):
            return False
        return super().check_action(action, parameters)

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except NoMatches:
            if self in self.app.screen_stack:
                raise


class Dialog(AppScreen[T], ModalScreen[T]):
    """A screen on top of another, which is left before the other takes keys again."""
