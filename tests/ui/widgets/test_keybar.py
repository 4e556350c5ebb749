"""The line of keys: whole words, whatever the width."""

import asyncio
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.pilot import Pilot
from textual.screen import Screen

from alignscope.ui.widgets.keybar import KeyBar

WORDS = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Help")


class Host(App[None]):
    """Six keys, the last of them help."""

    BINDINGS = [Binding(word[0].lower(), word.lower(), word) for word in WORDS]

    def compose(self) -> ComposeResult:
        yield KeyBar()


def shown(app: App[None]) -> str:
    """The keys in the last row."""
    strips = app.screen._compositor.render_strips(app.size)
    return "".join(segment.text for segment in strips[-1]).rstrip().removesuffix("≡").rstrip()


async def settled(pilot: Pilot[None]) -> str:
    """The last row, once it has stayed the same for a while."""
    before, same = "", 0
    async with asyncio.timeout(20):
        while same < 3:
            await pilot.pause(0.03)
            now = shown(pilot.app)
            same, before = (same + 1 if now and now == before else 0), now
    return before


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (60, "a Alpha  b Beta  g Gamma  d Delta  e Epsilon  h Help"),
        (54, "a Alpha  b Beta  g Gamma  d Delta  e Epsilon  h Help"),
        (53, "a Alpha  b Beta  g Gamma  d Delta  h Help"),
        (20, "a Alpha  h Help"),
        (8, "h Help"),
    ],
)
async def test_keys_that_do_not_fit_are_left_out_whole_and_help_stays(width: int, line: str) -> None:
    app = Host(ansi_color=False)
    async with app.run_test(size=(width, 5)) as pilot:
        assert await settled(pilot) == line


async def test_it_follows_the_width() -> None:
    app = Host()
    async with app.run_test(size=(20, 5)) as pilot:
        assert "Epsilon" not in await settled(pilot)
        await pilot.resize_terminal(60, 5)
        async with asyncio.timeout(20):
            while "Epsilon" not in shown(app):
                await pilot.pause(0.03)
        assert shown(app).endswith("h Help")


class Busy(Screen[None]):
    """One key that does another thing now, and one that does nothing."""

    footer_words: ClassVar[dict[str, str]] = {"alpha": "Other", "gamma": ""}

    def compose(self) -> ComposeResult:
        yield KeyBar()


async def test_a_screen_says_what_a_key_does_now_and_what_does_nothing_is_left_out() -> None:
    app = Host()
    async with app.run_test(size=(60, 5)) as pilot:
        await app.push_screen(Busy())
        assert await settled(pilot) == "a Other  b Beta  d Delta  e Epsilon  h Help"
