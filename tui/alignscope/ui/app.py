"""The application: themes, keys, commands, the first screen; no work of its own."""

import gc
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.filter import LineFilter
from textual.keys import format_key
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES

from alignscope.model.launch import Launch
from alignscope.ui import themes
from alignscope.ui.ascii import AsciiFilter, needs_ascii
from alignscope.ui.ending import exit_with_terminal
from alignscope.ui.screens.base import AppScreen
from alignscope.ui.screens.explorer.screen import ExplorerScreen

_LOOK_SECONDS: Final = 1.0
"""Between two looks at the person's theme files."""


class AlignscopeApp(App[int]):
    """Opens the explorer on what the command line asked for."""

    TITLE = "alignscope"
    BINDINGS = [Binding("ctrl+q", "quit", "Quit", tooltip="Quit; a session is kept as it is", priority=True)]
    CSS = """
    CommandPalette {
        & > Vertical { max-width: 100; background: $surface; }
        & > .command-palette--help-text { color: $text-muted; text-style: not bold; }
        & #--input, & #--input.--list-visible { border: none; padding: 0 1; }
        & SearchIcon { display: none; }
        & CommandList { background: $surface; border: none; padding-bottom: 1; }
        & LoadingIndicator { border: none; }
        & CommandList > .option-list--option-highlighted { background: $primary 12%; color: $foreground; }
        &:light CommandList > .option-list--option-highlighted { background: $primary 7%; }
    }
    """

    def __init__(self, launch: Launch | None = None) -> None:
        super().__init__()
        self.launch = launch or Launch()
        self._signs = [AsciiFilter()] if needs_ascii(self.launch.signs) else []
        self._own = themes.OwnThemes()
        self._problems: list[str] = []
        """What is wrong with the person's keys."""
        suggested = themes.suggested_theme(self.console.color_system, os.environ)
        self._wanted = self.launch.theme or themes.saved_theme() or suggested
        theme = themes.find_theme(self._wanted) or themes.find_theme(suggested) or themes.default_theme()
        self.register_theme(theme)
        self.theme = theme.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.tones_for(self.current_theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._signs]

    def get_key_display(self, binding: Binding) -> str:
        """A key as it is shown; by its name where the terminal has no sign for it."""
        shown = super().get_key_display(binding)
        if shown.isascii() or not self._signs:
            return shown
        base = binding.parse_key()[1]
        return shown.replace(format_key(base), base)

    def get_default_screen(self) -> ExplorerScreen:
        return ExplorerScreen(self.launch)

    def on_load(self) -> None:
        self._problems = self._set_keys()

    async def on_mount(self) -> None:
        if not self.is_headless:
            exit_with_terminal(lambda status: self.exit(return_code=status))
        explorer = self.screen
        assert isinstance(explorer, ExplorerScreen)
        # No key is handled before there is a prompt to type into; those that were pressed already wait.
        await explorer.opened.wait()
        self.call_after_refresh(self._begin, explorer)

    def _set_keys(self) -> list[str]:
        """Put the person's own keys in the place of ours, and say which of them can't be used."""
        if not self.launch.keymap and not self.launch.keys:
            return []
        from alignscope.ui import keymap

        keys, problems = keymap.check(self.launch.keymap, self.launch.keys)
        self.set_keymap(keys)
        return problems

    # What is to be told

    async def _tell_later(self, found: Callable[[], Any], problems: list[str]) -> None:
        await found()  # else the line that says which models were found would take its place at once
        self.tell(" ".join(problems), "error")

    def tell(self, message: str, severity: str = "information") -> None:
        """Show a message in the explorer's line for them."""
        for screen in self.screen_stack:
            if isinstance(screen, ExplorerScreen):
                screen.show_notice(message, severity)

    # Themes

    def _begin(self, explorer: ExplorerScreen) -> None:
        """Do what the first frame didn't need: read the person's themes, tell what is wrong with some or with keys."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        problems = self._look()
        if self._wanted in self.available_themes:
            self.theme = self._wanted
        elif not problems:  # else the reason has been told
            problems.append(f"No theme is called {self._wanted:.40}; f10 lists them.")
        self.set_interval(_LOOK_SECONDS, self._look_again)
        problems = self._problems + problems
        if problems:
            self.run_worker(self._tell_later(explorer.lineup_found.wait, problems), exit_on_error=False)

    def _look(self) -> list[str]:
        changes = self._own.scan()
        for theme in changes.themes:
            self.register_theme(theme)
        for name in changes.gone:
            self.unregister_theme(name)
            ours = themes.find_theme(name)
            if ours is not None:
                self.register_theme(ours)
            elif self.theme == name:
                self.register_theme(themes.default_theme())
                self.theme = themes.DEFAULT
        if any(theme.name == self.theme for theme in changes.themes):
            self.mutate_reactive(App.theme)  # the same name, other colours
        return [f"Theme {problem}" for problem in changes.problems]

    def _look_again(self) -> None:
        problems = self._look()
        if problems:
            self.tell(" ".join(problems), "error")

    @work(exit_on_error=False)
    async def action_themes(self) -> None:
        """Choose a theme; each is worn while it is selected."""
        from alignscope.ui.screens.themes import ThemesScreen, aside

        before = self.theme
        async with aside(self.screen):
            chosen = await self.push_screen_wait(ThemesScreen(self._groups(), before, themes.tones_for))
        self.theme = chosen or before
        if chosen is None:
            return
        with suppress(OSError):
            themes.save_theme(chosen)
        fixed = self.launch.theme
        self.tell(f"{chosen} for now; the next start wears {fixed}, as was asked for." if fixed else "")

    def _groups(self) -> list[tuple[str, list[Any]]]:
        """Every theme: ours, the person's own, Textual's."""
        own = self._own.names
        for theme in themes.bundled_themes():
            if theme.name not in own:
                self.register_theme(theme)
        worn = self.available_themes
        return [
            (
                "alignscope",
                [t for name, t in sorted(worn.items()) if isinstance(t, themes.FileTheme) and name not in own],
            ),
            ("your own", [worn[name] for name in sorted(own)]),
            ("Textual", [worn[name] for name in BUILTIN_THEMES if not isinstance(worn.get(name), themes.FileTheme)]),
        ]

    # Calm

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """No cursor blinks, in whatever field of ours or Textual's it is."""
        if hasattr(event.widget, "cursor_blink"):
            event.widget.cursor_blink = False

    # Help and the command palette

    def action_help(self) -> None:
        """The keys of the screen that is on top, and words."""
        from alignscope.ui.screens.help.screen import HelpScreen

        self.push_screen(HelpScreen(self.screen))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Textual's own, less what has another place here, and every action of the screen that has a key."""
        for command in super().get_system_commands(screen):
            if command.title not in ("Maximize", "Minimize", "Keys", "Theme"):
                yield command
        given = list(screen.commands()) if isinstance(screen, AppScreen) else []
        yield from given
        if not any(command.title == "Theme" for command in given):
            yield SystemCommand("Theme", "Choose the colours", partial(self.run_action, "themes"))


def run(launch: Launch) -> int:
    """Run the application until the person quits, and give the exit status."""
    app = AlignscopeApp(launch)
    status = app.run()
    return status if isinstance(status, int) else app.return_code or 0
