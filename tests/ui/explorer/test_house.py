"""Themes, keys and settings in the running application."""

from pathlib import Path

import pytest

from alignscope.model.launch import Launch
from alignscope.ui.themes import own_directory, saved_theme
from tests.standin import Ollama
from tests.ui.explorer.desk import explore

MINE = """\
name: mine
about: "Only mine."
dark: true
colors: {primary: "#123456", background: "#010203"}
tones: {base: red, instruct: blue, third: green, fourth: yellow}
"""


@pytest.fixture
def own() -> Path:
    """The directory of the person's own themes, with one in it."""
    own_directory().mkdir(parents=True)
    (own_directory() / "mine.yaml").write_text(MINE)
    return own_directory()


# Themes


async def test_a_theme_is_worn_while_it_is_selected_and_kept_when_chosen(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        assert desk.app.theme == "lamp"
        await desk.press("escape", "h")
        await desk.until_shown("Themes", "alignscope")
        await desk.type("dusk")
        await desk.until(lambda: desk.app.theme == "dusk")
        await desk.until_shown("The hour after sunset")
        await desk.press("escape")
        await desk.until(lambda: desk.app.theme == "lamp")
        assert saved_theme() == ""
        await desk.press("f10")
        await desk.until_shown("Themes")
        await desk.type("paper")
        await desk.press("enter")
        await desk.until(lambda: saved_theme() == "paper")
        assert desk.app.theme == "paper"
    async with explore(Launch(host=ollama.url)) as desk:
        assert desk.app.theme == "paper"
    async with explore(Launch(host=ollama.url, theme="dusk")) as desk:
        assert desk.app.theme == "dusk", "what was asked for beats what was chosen last"


async def test_own_themes_are_worn_and_follow_their_file(ollama: Ollama, own: Path) -> None:
    async with explore(Launch(host=ollama.url, theme="mine")) as desk:
        assert desk.app.theme == "mine"
        assert desk.app.theme_variables["background"] == "#010203"
        (own / "mine.yaml").write_text(MINE.replace("#010203", "#0a0b0c") + "# saved\n")
        await desk.until(lambda: desk.app.theme_variables["background"].lower() == "#0a0b0c")
        (own / "mine.yaml").write_text(MINE.replace("base: red", "base: reddish"))
        await desk.until_shown("mine.yaml", "tones.base", "reddish")
        assert desk.app.theme == "mine", "the colours stay as they were"
        (own / "mine.yaml").unlink()
        await desk.until(lambda: desk.app.theme == "lamp")
        await desk.send("x")
        await desk.until_done()


async def test_a_broken_theme_is_named_at_the_start_and_nothing_else_is_lost(ollama: Ollama, own: Path) -> None:
    (own / "other.yaml").write_text("name: other\ndark: true\n")
    async with explore(Launch(host=ollama.url, theme="nobodys")) as desk:
        await desk.until_shown("other.yaml", "colors")
        assert "mine" in desk.app.available_themes
        assert desk.app.theme == "lamp"


async def test_a_theme_that_is_not_there_is_told(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url, theme="nobodys")) as desk:
        await desk.until_shown("No theme is called nobodys")


async def test_every_theme_can_be_walked_through(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url), size=(80, 24)) as desk:
        await desk.press("f10")
        await desk.until_shown("Themes")
        worn = set()
        for _ in range(len(desk.app.available_themes) + 1):
            await desk.press("down")
            worn.add(desk.app.theme)
        assert worn == set(desk.app.available_themes)


# Keys


async def test_keys_can_be_moved_and_help_shows_where_they_are(ollama: Ollama) -> None:
    keys = {"explorer.experiments": "f11,f14", "explorer.zoom": "f15"}
    async with explore(Launch(host=ollama.url, keys=keys)) as desk:
        await desk.until_shown("F11 shows prompts")
        await desk.press("f3")
        await desk.press("escape", "z")
        assert desk.explorer.split.zoomed == ""
        await desk.press("f15")
        assert desk.explorer.split.zoomed == "base"
        await desk.press("f15", "i", "f1", "tab")
        await desk.until_shown("f11, f14", "Prompts that are worth trying")


async def test_a_clash_is_told_and_both_keep_their_keys(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url, keys={"explorer.zoom": "s"})) as desk:
        await desk.until_shown("s belongs to explorer.split")
        await desk.press("escape", "s")
        assert desk.explorer.split.stacked
        await desk.press("z")
        assert desk.explorer.split.zoomed


async def test_the_vim_set_goes_from_pane_to_pane_and_through_one(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url, keymap="vim"), size=(80, 16)) as desk:
        for turn in range(1, 5):
            await desk.send("x")
            await desk.until_done(turn)
        await desk.press("escape")
        base, instruct = desk.explorer.split.views
        assert desk.explorer.here is base
        await desk.press("l")
        assert desk.explorer.here is instruct
        await desk.press("h")
        assert desk.explorer.here is base
        await desk.press("g", "g")
        await desk.until(lambda: base.transcript.scroll_y == 0)
        await desk.press("j", "j", "k")
        await desk.until(lambda: base.transcript.scroll_y == 1)
        await desk.press("ctrl+d")
        await desk.until(lambda: base.transcript.scroll_y > 3)
        await desk.press("G")
        await desk.until(lambda: base.transcript.scroll_anchor.at == "follow")
        await desk.press("full_stop")
        await desk.until_done(5)
        await desk.press("colon")
        await desk.until(lambda: type(desk.app.screen).__name__ == "CommandPalette")
