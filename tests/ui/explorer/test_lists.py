"""Lists with a filter: letters are text while it has the focus, and keys once it is left."""

from collections.abc import Sequence

import pytest

from alignscope.model.launch import Launch
from alignscope.ui.screens.base.chooser import Chooser
from tests.standin import Ollama
from tests.ui.explorer.desk import Desk, explore


def chooser(desk: Desk) -> Chooser[object]:
    screen = desk.app.screen
    assert isinstance(screen, Chooser)
    return screen


async def open_list(desk: Desk, key: str) -> None:
    await desk.press(key)
    await desk.until(lambda: isinstance(desk.app.screen, Chooser) and chooser(desk).chosen is not None)


@pytest.mark.parametrize(("keymap", "down", "back"), [("vim", "escape", "escape"), ("", "ctrl+j", "q")])
async def test_letters_move_in_every_list_once_the_filter_is_left(
    ollama: Ollama, keymap: str, down: str, back: str
) -> None:
    async with explore(Launch(host=ollama.url, keymap=keymap)) as desk:
        for key in ("f3", "f4", "f9", "f10"):
            await open_list(desk, key)
            await desk.press("k")
            assert chooser(desk).filter.value == "k", "a letter is text to begin with"
            await desk.press("backspace")
            await desk.until(lambda: chooser(desk).chosen is not None)
            await desk.press(down)
            assert chooser(desk).choices.has_focus
            assert " Filter" in desk.screen.splitlines()[-1], "the way back is told"
            for letter, index in (("g", 0), ("j", 1), ("j", 2), ("k", 1), ("G", -1)):
                await desk.press(letter)
                await desk.pilot.pause()
                entries = [at for at, entry in enumerate(chooser(desk).choices.options) if not entry.disabled]
                index = max(min(index, len(entries) - 1), -1)
                assert chooser(desk).choices.highlighted == entries[index], (key, letter)
            assert chooser(desk).filter.value == ""
            await desk.press("slash", "x")
            assert chooser(desk).filter.has_focus
            assert chooser(desk).filter.value == "x"
            await desk.press(down, back)
            await desk.until(lambda: desk.app.screen is desk.explorer)


async def test_every_list_says_so_when_nothing_matches(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("x")
        await desk.until_done()
        await desk.press("escape")
        for key, told in (
            ("f3", "No experiment has all of these words."),
            ("f4", "No model has all of these words in its name."),
            ("f9", "No session has all of these words."),
            ("f10", "No theme is called that."),
            ("F", "No turn has all of these words."),
        ):
            await open_list(desk, key)
            await desk.press(*"zzz")
            await desk.until_shown(told)
            await desk.press("enter", "escape")
            await desk.until(lambda: desk.app.screen is desk.explorer)


async def test_escape_leaves_a_list_at_once_unless_the_vim_set_says_otherwise(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await open_list(desk, "f3")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.explorer)
        await open_list(desk, "f3")
        await desk.press("ctrl+j", "escape")
        await desk.until(lambda: desk.app.screen is desk.explorer)


async def test_enter_chooses_from_the_list_as_from_the_filter(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url, keymap="vim")) as desk:
        await open_list(desk, "f3")
        await desk.press("escape", "j", "enter")
        await desk.until_done()


@pytest.mark.parametrize("keys", [("f1",), ("ctrl+j", "question_mark")])
async def test_help_tells_the_keys_of_a_list(ollama: Ollama, keys: Sequence[str]) -> None:
    async with explore(Launch(host=ollama.url), size=(120, 60)) as desk:
        await open_list(desk, "f3")
        await desk.press(*keys)
        await desk.until_shown("What to try first")
        await desk.press("tab")
        await desk.until_shown("Send the prompt to every pane")
        await desk.press("escape")
        assert isinstance(desk.app.screen, Chooser)


async def test_a_note_says_what_enter_does_with_it(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url), size=(80, 24)) as desk:
        await desk.send("x")
        await desk.until_done()
        await desk.press("escape", "d")
        await desk.until(lambda: "⏎ Keep" in desk.screen)
        assert "Send" not in desk.screen.splitlines()[-1]
        await desk.press("f1")
        await desk.until_shown("Keep what is typed here")
        await desk.press("escape", "escape")


async def test_where_signs_are_missing_keys_have_names(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url, signs="ascii"), size=(80, 24)) as desk:
        await desk.until(lambda: "enter Send" in desk.screen.splitlines()[-1])
