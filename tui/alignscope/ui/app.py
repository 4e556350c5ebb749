"""The application: themes, keys, commands, and the first screen."""

import asyncio
import gc
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from textual import events, work
from textual.app import App, SystemCommand
from textual.await_complete import AwaitComplete
from textual.await_remove import AwaitRemove
from textual.binding import Binding
from textual.command import CommandPalette, Provider
from textual.filter import LineFilter
from textual.keys import format_key
from textual.message_pump import Callback
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES, Theme

from alignscope.model.launch import Launch
from alignscope.ui import themes
from alignscope.ui.ascii import AsciiFilter, needs_ascii
from alignscope.ui.ending import exit_with_terminal
from alignscope.ui.pasting import keep_pastes_whole
from alignscope.ui.screens.base.screen import AppScreen
from alignscope.ui.screens.explorer.screen import ExplorerScreen
from alignscope.ui.typed import TypingApp

_PLACEHOLDER: Final = "Type a command, experiment, preset, parameter, model, session or theme"
_SCAN_SECONDS: Final = 1.0
"""Seconds between two scans of the person's theme files."""


def _theme_finder() -> type[Provider]:
    from alignscope.ui.palette import ThemeFinder

    return ThemeFinder


async def _to_the_end(leaving: AwaitComplete | AwaitRemove) -> None:
    """Wait for something that leaves; it goes on when the wait is given up, and the wait ends well when it is."""
    task = asyncio.ensure_future(leaving())
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.cancelled():
            raise


class AlignscopeApp(TypingApp[int]):
    """Opens the explorer as the command line asks, or another screen alone.

    Args:
        opens: makes that screen; None for the explorer. The application ends when it is left.
    """

    TITLE = "alignscope"
    COMMANDS = App.COMMANDS | {_theme_finder}
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

    def __init__(self, launch: Launch | None = None, opens: Callable[[], AppScreen[None]] | None = None) -> None:
        super().__init__()
        self.launch = launch or Launch()
        self._opens = opens
        self._ascii = [AsciiFilter()] if needs_ascii(self.launch.signs) else []
        self._own_themes = themes.OwnThemes()
        self._key_problems: list[str] = []
        suggested = themes.suggested_theme(self.console.color_system, os.environ)
        self._wanted = self.launch.theme or themes.saved_theme() or suggested
        theme = themes.find_theme(self._wanted) or themes.find_theme(suggested) or themes.bundled_theme()
        self.register_theme(theme)
        self.theme = theme.name

    def call_next(self, callback: Callback, *args: Any, **kwargs: Any) -> None:
        """Run a callback after the next message. Screens and widgets that leave do so to the end.

        Textual has the first to open a dialog wait for what is leaving. That may be the worker of the very screen which
        leaves, and ends with it; the wait would be given up then, the screen's own task with it, and the application.
        """
        if isinstance(callback, AwaitComplete | AwaitRemove):
            callback = partial(_to_the_end, callback)
        super().call_next(callback, *args, **kwargs)

    def refresh_css(self, animate: bool = True) -> None:
        """Apply a change of colours. Those of the start are there before the style sheet was read once."""
        if self._screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.tones_for(self.current_theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._ascii]

    def get_key_display(self, binding: Binding) -> str:
        """Return a key's label, in ASCII if the terminal needs that."""
        label = super().get_key_display(binding)
        if label.isascii() or not self._ascii:
            return label
        base = binding.parse_key()[1]
        return label.replace(format_key(base), base)

    def get_default_screen(self) -> Screen[Any]:
        return ExplorerScreen(self.launch) if self._opens is None else Screen()

    def on_load(self) -> None:
        keep_pastes_whole()
        if self.launch.keymap or self.launch.keys:
            from alignscope.ui import keymap

            keys, self._key_problems = keymap.check(self.launch.keymap, self.launch.keys)
            self.set_keymap(keys)

    async def on_mount(self) -> None:
        if not self.is_headless:
            exit_with_terminal(lambda status: self.exit(return_code=status))
        first = self.screen
        if self._opens is not None:
            await self.push_screen(self._opens(), lambda _: self.exit())
            self.call_after_refresh(self._begin)
            return
        assert isinstance(first, ExplorerScreen)
        # Keys wait until there is a prompt to type into.
        await first.opened.wait()
        self.call_after_refresh(self._begin, first)

    def _show_message(self, message: str, severity: str = "information") -> None:
        for screen in self.screen_stack:
            if isinstance(screen, ExplorerScreen):
                screen.show_notice(message, severity)

    def _show_problems(self, problems: list[str]) -> None:
        if problems:
            self._show_message(" ".join(problems), "error")

    # Themes

    @work
    async def _begin(self, explorer: ExplorerScreen | None = None) -> None:
        """Read the person's themes, and show problems with themes and keys. The first frame doesn't wait for this."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        problems = self._scan_themes()
        if self._wanted in self.available_themes:
            self.theme = self._wanted
        elif not problems:  # else they name the reason
            problems.append(f"No theme is called {self._wanted:.40}; f10 lists them.")
        self.set_interval(_SCAN_SECONDS, lambda: self._show_problems(self._scan_themes()))
        if (problems := self._key_problems + problems) and explorer is not None:
            await explorer.lineup_found.wait()  # else the message about the models would replace this one
            self._show_problems(problems)

    def _scan_themes(self) -> list[str]:
        changes = self._own_themes.scan()
        for theme in changes.themes:
            self.register_theme(theme)
        for name in changes.gone:
            self.unregister_theme(name)
            if ours := themes.find_theme(name):
                self.register_theme(ours)
            elif self.theme == name:
                self.register_theme(themes.bundled_theme())
                self.theme = themes.DEFAULT
        if any(theme.name == self.theme for theme in changes.themes):
            self.mutate_reactive(App.theme)  # the same name, other colours
        return [f"Theme {problem}" for problem in changes.problems]

    @work(exit_on_error=False)
    async def action_themes(self) -> None:
        """Choose a theme, with a preview of the selected one."""
        from alignscope.ui.screens.themes import ThemesScreen, aside

        before = self.theme
        async with aside(self.screen):
            chosen = await self.push_screen_wait(ThemesScreen(self.groups_of_themes(), before, themes.tones_for))
        if chosen is None:
            self.theme = before
        else:
            self.wear(chosen)

    def wear(self, name: str) -> None:
        """Wear a theme, and keep the choice for the next start."""
        self.theme = name
        with suppress(OSError):
            themes.save_theme(name)
        fixed = self.launch.theme
        self._show_message(f"{name} for now; the next start wears {fixed}, as was asked for." if fixed else "")

    def groups_of_themes(self) -> list[tuple[str, list[Theme]]]:
        """Return all themes: ours, the person's own, Textual's."""
        own = self._own_themes.names
        ours = {theme.name: theme for theme in themes.bundled_themes() if theme.name not in own}
        for theme in ours.values():
            self.register_theme(theme)
        known = self.available_themes
        return [
            ("alignscope", list(ours.values())),
            ("your own", [known[name] for name in sorted(own)]),
            ("Textual", [known[name] for name in BUILTIN_THEMES if name not in own | ours.keys()]),
        ]

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Stop every field's cursor from blinking."""
        if hasattr(event.widget, "cursor_blink"):
            event.widget.cursor_blink = False

    # Help and the command palette

    def action_help(self) -> None:
        """Show the keys of the active screen."""
        from alignscope.ui.screens.help.screen import HelpScreen

        self.push_screen(HelpScreen(self.screen))

    def action_command_palette(self) -> None:
        """Show the palette of everything that can be found by name."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder=_PLACEHOLDER, id="--command-palette"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Yield Textual's commands, except those with another place here, and the screen's actions."""
        for command in super().get_system_commands(screen):
            if command.title not in ("Maximize", "Minimize", "Keys", "Theme"):
                yield command
        own = list(screen.commands()) if isinstance(screen, AppScreen) else []
        yield from own
        if not any(command.title == "Theme" for command in own):
            yield SystemCommand("Theme", "Choose the colours", partial(self.run_action, "themes"))


def run(launch: Launch, opens: Callable[[], AppScreen[None]] | None = None) -> int:
    """Run the application until the person quits, and return the exit status; see `AlignscopeApp` for `opens`."""
    app = AlignscopeApp(launch, opens)
    status = app.run()
    return status if isinstance(status, int) else app.return_code or 0
