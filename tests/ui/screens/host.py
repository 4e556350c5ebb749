"""A small application that one widget or screen is tried out in."""

import os
from collections.abc import Callable
from typing import Any, Final, TypeVar

from textual._xterm_parser import XTermParser
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from alignscope.ui.typed import TypingApp

M = TypeVar("M", bound=Message)
_TERMINAL: Final = XTermParser()
"""One for all tests: Textual keeps what every parser has parsed until the process ends, and with it the application."""


class Host(TypingApp[None]):
    """Shows one widget, or opens one screen, with the theme variables that alignscope declares."""

    def __init__(self, widget: Callable[[], Widget] | None = None, screen: Callable[[], Screen[Any]] | None = None):
        super().__init__()
        self.widget = widget
        self.opens = screen
        self.returned: list[Any] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {
            "base-tone": "#d99a6c",
            "instruct-tone": "#6fb3c9",
            "third-tone": "#a98fd0",
            "fourth-tone": "#8fbf7f",
        }

    def compose(self) -> ComposeResult:
        if self.widget is not None:
            yield self.widget()

    def on_mount(self) -> None:
        if self.opens is not None:
            self.push_screen(self.opens(), self.returned.append)


class Heard:
    """Collects messages; give it to `run_test(message_hook=…)`."""

    def __init__(self) -> None:
        self._messages: dict[int, Message] = {}

    def __call__(self, message: Message) -> None:
        """Take a message. The hook is called again for every parent that it bubbles to."""
        self._messages.setdefault(id(message), message)

    def of(self, kind: type[M]) -> list[M]:
        """Those of one kind, in order."""
        return [message for message in self._messages.values() if isinstance(message, kind)]


def screen_text(app: App[Any]) -> str:
    """What the terminal shows, row by row, without colours."""
    strips = app.screen._compositor.render_strips(app.size)
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def type_in(pilot: Pilot[Any], text: str) -> None:
    """Type a text into whatever has the focus, in one go: not every letter waits until it is drawn."""
    for key in _TERMINAL.feed(text):
        pilot.app.post_message(key)
    await pilot.pause()


def save_picture(app: App[Any], name: str) -> None:
    """Write an SVG of the screen to the folder that ALIGNSCOPE_PICTURES names, if it does: for a person to look at."""
    if folder := os.environ.get("ALIGNSCOPE_PICTURES"):
        app.save_screenshot(f"{name}.svg", folder)
