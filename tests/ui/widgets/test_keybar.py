"""The line of keys: whole words, whatever the width."""

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

    BINDINGS = [Binding(word[0].lower(), f"press('{word}')", word, tooltip=f"Press {word}") for word in WORDS[:-1]]
    BINDINGS += [Binding("h", "help", "Help")]
    pressed = ""

    def action_press(self, word: str) -> None:
        self.pressed = word

    def compose(self) -> ComposeResult:
        yield KeyBar()


def shown(app: App[None]) -> str:
    """The keys in the last row."""
    strips = app.screen._compositor.render_strips(app.size)
    return "".join(segment.text for segment in strips[-1]).rstrip().removesuffix("≡").rstrip()


async def settled(pilot: Pilot[None]) -> str:
    """The last row, once all is laid out."""
    await pilot.pause()
    return shown(pilot.app)


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
        line = await settled(pilot)
        assert "Epsilon" in line
        assert line.endswith("h Help")


async def test_a_click_presses_the_key_under_the_mouse_and_none_between_two() -> None:
    app = Host()
    async with app.run_test(size=(40, 5)) as pilot:
        line = await settled(pilot)
        for word in ("Gamma", "Beta"):
            for column in (line.index(word) - 2, line.index(word) + len(word) - 1):
                app.pressed = ""
                await pilot.click(offset=(column, 4))
                await pilot.pause()
                assert app.pressed == word
        app.pressed = ""
        await pilot.click(offset=(line.index("Beta") - 3, 4))
        await pilot.pause()
        assert app.pressed == ""


async def test_the_key_under_the_mouse_is_marked_and_explained() -> None:
    app = Host()
    async with app.run_test(size=(40, 5)) as pilot:
        bar = app.query_one(KeyBar)
        column = (await settled(pilot)).index("Beta")

        def ground() -> object:
            strip = app.screen._compositor.render_strips(app.size)[-1].crop(column, column + 1)
            return [segment.style and segment.style.bgcolor for segment in strip]

        plain = ground()
        await pilot.hover(offset=(column, 4))
        await pilot.pause()
        assert (bar.tooltip, ground() == plain) == ("Press Beta", False)
        await pilot.hover(offset=(column - 3, 4))
        await pilot.pause()
        assert (bar.tooltip, ground() == plain) == (None, True)


class Busy(Screen[None]):
    """One key that does another thing now, and one that does nothing."""

    footer_labels: ClassVar[dict[str, str]] = {"press('Alpha')": "Other", "press('Gamma')": ""}

    def compose(self) -> ComposeResult:
        yield KeyBar()


async def test_a_screen_says_what_a_key_does_now_and_what_does_nothing_is_left_out() -> None:
    app = Host()
    async with app.run_test(size=(60, 5)) as pilot:
        await app.push_screen(Busy())
        assert await settled(pilot) == "a Other  b Beta  d Delta  e Epsilon  h Help"
