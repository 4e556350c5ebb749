"""The line of keys: whole words, whatever the width."""

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding

from alignscope.widgets.keybar import KeyBar

WORDS = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Help")


class Host(App[None]):
    """Six keys, the last of them help."""

    BINDINGS = [Binding(word[0].lower(), word.lower(), word) for word in WORDS]

    def compose(self) -> ComposeResult:
        yield KeyBar()


def shown(app: App[None]) -> str:
    strips = app.screen._compositor.render_strips(app.size)
    return "".join(segment.text for segment in strips[-1]).rstrip()


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (60, "a Alpha b Beta g Gamma d Delta e Epsilon h Help"),
        (47, "a Alpha b Beta g Gamma d Delta e Epsilon h Help"),
        (46, "a Alpha b Beta g Gamma d Delta h Help"),
        (20, "a Alpha h Help"),
        (6, "h Help"),
    ],
)
async def test_keys_that_do_not_fit_are_left_out_whole_and_help_stays(width: int, line: str) -> None:
    app = Host(ansi_color=False)
    async with app.run_test(size=(width, 5)) as pilot:
        await pilot.pause(0.1)
        assert shown(app) == line


async def test_it_follows_the_width() -> None:
    app = Host()
    async with app.run_test(size=(20, 5)) as pilot:
        await pilot.resize_terminal(60, 5)
        await pilot.pause(0.2)
        assert shown(app).endswith("h Help")
        assert "Epsilon" in shown(app)
