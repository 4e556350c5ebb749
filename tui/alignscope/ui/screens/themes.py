"""The panel of themes: the selected one is applied to the whole application."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import Static
from textual.widgets.option_list import Option

from alignscope.model.lineup.tones import MARKS
from alignscope.text.clean import cell_width, clean, fit
from alignscope.ui.screens.base.chooser import Choices, Chooser, Heading

_NAME: Final = 20
"""Width of a theme's name in cells."""
_WIDTH: Final = 38
"""Width of the panel in cells. Beside it, a terminal of 80 still shows whole words of two panes."""
_REFRESHES: Final = 3
"""Refreshes until a screen has another width: its own, then those of what is sized by it. A covered screen has none."""


class ThemesScreen(Chooser[str | None]):
    """Returns the name of the chosen theme, None if cancelled. The caller applies it."""

    BINDING_GROUP_TITLE = "Themes"
    PLACEHOLDER = "Type to filter"
    NO_MATCH = "No theme is called that."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Use", id="themes.choose", tooltip="Keep the selected theme"),
    ]
    DEFAULT_CSS = """
    ThemesScreen {
        align: right top;
        background: transparent;
        & > .-dialog { width: 38; max-width: 100%; max-height: 100%; border-left: vkey $scrollbar; padding: 1 1 0 1; }
        & #themes-about { height: 4; margin-top: 1; color: $text-muted; }
    }
    """

    def __init__(
        self,
        groups: Sequence[tuple[str, Sequence[Theme]]],
        current: str,
        tones: Callable[[Theme], Mapping[str, str]],
    ) -> None:
        """Args:
        groups: titles, and the themes under them.
        current: the name of the theme to select first.
        tones: returns the panes' tones in a theme that defines none.
        """
        super().__init__()
        self._tones = tones
        self._groups = groups
        self._current = current

    def compose_list(self) -> ComposeResult:
        yield Choices()
        yield Static(id="themes-about", markup=False)

    def on_mount(self) -> None:
        self.choices.add_options(self.entries(""))
        self.select(self._current)
        self.filter.focus()

    def entries(self, query: str) -> list[Option]:
        options: list[Option] = []
        for title, group in self._groups:
            found = [theme for theme in group if query.strip().lower() in theme.name.lower()]
            if found:
                options.append(Heading(Content.styled(title, "$text-muted")))
                options += [Option(_sample(theme, self._tones(theme)), id=theme.name) for theme in found]
        return options

    def preview(self, chosen: str | None) -> None:
        theme = next((theme for _, group in self._groups for theme in group if theme.name == chosen), None)
        if theme is None:
            return
        self.app.theme = theme.name
        about = clean(getattr(theme, "about", "")) or f"A {'dark' if theme.dark else 'light'} theme of Textual's."
        self.query_one("#themes-about", Static).update(Content(about))

    def choose(self, chosen: str | None) -> None:
        if chosen is not None:
            self.dismiss(chosen)


@asynccontextmanager
async def aside(screen: Screen[Any]) -> AsyncIterator[None]:
    """Make room beside a screen for the panel, so that all of the screen is in view."""
    before = screen.styles.padding
    screen.styles.padding = (0, _WIDTH, 0, 0)
    for _ in range(_REFRESHES):
        drawn = asyncio.Event()
        screen.call_after_refresh(drawn.set)
        await drawn.wait()
    try:
        yield
    finally:
        screen.styles.padding = before


def _sample(theme: Theme, defaults: Mapping[str, str]) -> Content:
    """Return a theme's name, and the marks of panes in its tones on its background."""
    name = fit(clean(theme.name), _NAME)
    ground = theme.background or ("ansi_default" if theme.ansi else "#121212" if theme.dark else "#e0e0e0")
    tones = {**defaults, **theme.variables}
    pieces = [(f" {mark}", f"{tones[f'{tone}-tone']} on {ground}") for tone, mark in MARKS.items()]
    return Content.assemble(f"{name}{' ' * (_NAME - cell_width(name))} ", *pieces, (" ", f"on {ground}"))
