"""Choosing a theme: each is worn by the whole application while it is selected."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.theme import Theme
from textual.widgets import Input, Static
from textual.widgets.option_list import Option

from alignscope.screens.chooser import Choices, Chooser
from alignscope.text import cell_width, clean, fit
from alignscope.widgets.keybar import KeyBar
from alignscope.widgets.tones import SIGNS

_NAME: Final = 20
"""Cells for a name."""


class ThemesScreen(Chooser[str | None]):
    """Returns the name of the theme that was chosen, None when the person went back; whoever asked puts it on."""

    BINDING_GROUP_TITLE = "Themes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Use", id="themes.choose", priority=True, tooltip="Keep the selected theme"),
    ]
    DEFAULT_CSS = """
    ThemesScreen {
        align: right top;
        background: transparent;
        & > .-dialog { width: 44; max-width: 100%; max-height: 100%; border-left: tall $scrollbar; padding: 1 1 0 1; }
        & #themes-about { height: 4; margin-top: 1; color: $text-muted; }
    }
    """

    def __init__(self, groups: Sequence[tuple[str, Sequence[Theme]]], worn: str) -> None:
        """Args:
        groups: titles, and the themes under them.
        worn: the name of the one that is worn now, where the selection begins.
        """
        super().__init__()
        self._titled = groups
        self._themes: Mapping[str, Theme] = {theme.name: theme for _, group in groups for theme in group}
        self._begin = worn

    def compose(self) -> ComposeResult:
        with Vertical(classes="-dialog"):
            yield Static(Content.styled("Themes", "bold"), classes="-heading")
            yield Input(placeholder="Type to filter", compact=True)
            yield Choices()
            yield Static(id="themes-about", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        options = self.entries("")
        self.choices.add_options(options)
        self.choices.highlighted = next(
            (index for index, option in enumerate(options) if option.id == self._begin), None
        )
        self.filter.focus()

    def entries(self, query: str) -> list[Option]:
        options: list[Option] = []
        for title, group in self._titled:
            found = [theme for theme in group if query.strip().lower() in theme.name.lower()]
            if found:
                options.append(Option(Content.styled(title, "$text-muted"), disabled=True))
                options += [Option(_sample(theme), id=theme.name) for theme in found]
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


def _sample(theme: Theme) -> Content:
    """A name, and the tones of the panes where the theme has them, on its own ground."""
    name = fit(clean(theme.name), _NAME)
    ground = theme.background or ("ansi_default" if theme.ansi else "#121212" if theme.dark else "#e0e0e0")
    pieces: list[tuple[str, str]] = []
    for tone, sign in SIGNS.items():
        color = theme.variables.get(f"{tone}-tone")
        if color:
            pieces.append((f" {sign}", f"{color} on {ground}"))
    if pieces:
        pieces.append((" ", f"on {ground}"))
    return Content.assemble(f" {name}{' ' * (_NAME - cell_width(name))} ", *pieces)
