"""Choosing a theme: each is worn by the whole application while it is selected."""

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

from alignscope.model.tones import MARKS
from alignscope.text.clean import cell_width, clean, fit
from alignscope.ui.screens.chooser import Choices, Chooser, Heading

_NAME: Final = 20
"""Cells for a name."""
_WIDTH: Final = 38
"""Cells of the panel; what is left of a narrow terminal still shows whole words of two panes."""
_SETTLING: Final = 3
"""Drawings until a screen has taken another width: itself, then what is sized by it. Covered, it wouldn't get there."""


class ThemesScreen(Chooser[str | None]):
    """Returns the name of the theme that was chosen, None when the person went back; whoever asked puts it on."""

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
        worn: str,
        tones: Callable[[Theme], Mapping[str, str]],
    ) -> None:
        """Args:
        groups: titles, and the themes under them.
        worn: the name of the one that is worn now, where the selection begins.
        tones: the panes' tones in a theme that names none.
        """
        super().__init__()
        self._tones = tones
        self._titled = groups
        self._themes: Mapping[str, Theme] = {theme.name: theme for _, group in groups for theme in group}
        self._begin = worn

    def compose_list(self) -> ComposeResult:
        yield Choices()
        yield Static(id="themes-about", markup=False)

    def on_mount(self) -> None:
        self.choices.add_options(self.entries(""))
        self.select(self._begin)
        self.filter.focus()

    def entries(self, query: str) -> list[Option]:
        options: list[Option] = []
        for title, group in self._titled:
            found = [theme for theme in group if query.strip().lower() in theme.name.lower()]
            if found:
                options.append(Heading(Content.styled(title, "$text-muted")))
                options += [Option(_sample(theme, self._tones(theme)), id=theme.name) for theme in found]
        return options

    def preview(self, chosen: str | None) -> None:
        theme = self._themes.get(chosen or "")
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
    """Has a screen make room for the panel beside it, so that a theme is seen on the whole of it."""
    before = screen.styles.padding
    screen.styles.padding = (0, _WIDTH, 0, 0)
    for _ in range(_SETTLING):
        drawn = asyncio.Event()
        screen.call_after_refresh(drawn.set)
        await drawn.wait()
    try:
        yield
    finally:
        screen.styles.padding = before


def _sample(theme: Theme, usual: Mapping[str, str]) -> Content:
    """A name, and the tones that panes have in the theme, on its own ground."""
    name = fit(clean(theme.name), _NAME)
    ground = theme.background or ("ansi_default" if theme.ansi else "#121212" if theme.dark else "#e0e0e0")
    tones = {**usual, **theme.variables}
    pieces = [(f" {sign}", f"{tones[f'{tone}-tone']} on {ground}") for tone, sign in MARKS.items()]
    return Content.assemble(f"{name}{' ' * (_NAME - cell_width(name))} ", *pieces, (" ", f"on {ground}"))
