"""Finders of the command palette on every screen: themes."""

from collections.abc import AsyncIterator, Iterable
from functools import partial
from typing import TYPE_CHECKING, cast

from alignscope.ui.widgets.finder import Find, Finder, find

if TYPE_CHECKING:
    from alignscope.ui.app import AlignscopeApp


class ThemeFinder(Finder):
    """Wears a theme, on every screen."""

    async def load(self) -> AsyncIterator[Iterable[Find]]:
        """Yield all themes."""
        app = cast("AlignscopeApp", self.app)
        yield [
            find("Theme", theme.name, f"{'dark' if theme.dark else 'light'} · {group}", partial(app.wear, theme.name))
            for group, themes in app.groups_of_themes()
            for theme in themes
        ]
