"""The application: themes, commands, the first screen; no work of its own."""

from collections.abc import Iterable
from typing import Any

from textual import events
from textual.app import App, SystemCommand
from textual.screen import Screen

from alignscope.launch import Launch
from alignscope.screens.opening import OpeningScreen
from alignscope.themes import bundled_themes, default_theme


class AlignscopeApp(App[int]):
    """Opens the explorer on what the command line asked for."""

    TITLE = "alignscope"
    CSS = """
    Screen { background: $background; }
    Footer { background: $background; }
    """

    def __init__(self, launch: Launch | None = None) -> None:
        super().__init__()
        self.launch = launch or Launch()
        theme = default_theme()
        self.register_theme(theme)
        self.theme = theme.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The tones of the panes in themes that don't name them, such as Textual's own."""
        return {
            "base-tone": "#e2a173",
            "instruct-tone": "#74bbd1",
            "third-tone": "#b7a0dd",
            "fourth-tone": "#9ccb8b",
        }

    def get_default_screen(self) -> Screen[Any]:
        return OpeningScreen([(pane.name, "") for pane in self.launch.panes])

    def on_mount(self) -> None:
        self.call_after_refresh(self._open)

    async def _open(self) -> None:
        """Everything that the first frame didn't need."""
        # Reading the explorer's code takes as long as all that went before, and the frame is on the screen already.
        from alignscope.screens.explorer import ExplorerScreen

        opening = self.screen
        await self.push_screen(ExplorerScreen(self.launch))
        if isinstance(opening, OpeningScreen):
            self.call_after_refresh(self._type, opening.typed)
        for theme in bundled_themes():
            self.register_theme(theme)

    def _type(self, typed: list[events.Key | events.Paste]) -> None:
        for event in typed:
            self.post_message(event)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Textual's own, less what has another place here, and every action of the screen that has a key."""
        for command in super().get_system_commands(screen):
            if command.title not in ("Maximize", "Minimize", "Keys"):
                yield command
        commands = getattr(screen, "commands", None)
        if commands is not None:
            yield from commands()


def run(launch: Launch) -> int:
    """Run the application until the person quits, and give the exit status."""
    app = AlignscopeApp(launch)
    status = app.run()
    return status if isinstance(status, int) else app.return_code or 0
