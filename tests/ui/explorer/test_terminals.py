"""Terminals that can do little, and eyes that want calm."""

from collections.abc import Mapping

import pytest

from alignscope.model.launch import Launch
from alignscope.model.sampling import PRESETS
from alignscope.model.turn import TurnSettings
from alignscope.text.clean import cell_width
from alignscope.ui.ascii import needs_ascii, to_ascii
from alignscope.ui.widgets.text_field import TextField
from tests.standin import Ollama
from tests.ui.explorer.desk import Desk, explore


def colours(desk: Desk) -> set[tuple[int, int, int]]:
    """Every colour on the screen, as it goes to the terminal."""
    found: set[tuple[int, int, int]] = set()
    for strip in desk.app.screen._compositor.render_strips():
        for _, style, _ in strip:
            for color in (style.color, style.bgcolor) if style else ():
                if color is not None and color.triplet is not None:
                    found.add((color.triplet.red, color.triplet.green, color.triplet.blue))
    return found


def reversed_in(desk: Desk, row: int) -> set[str]:
    """What stands out in a row without any colour."""
    strip = desk.app.screen._compositor.render_strips()[row]
    return {text.strip() for text, style, _ in strip if style is not None and style.reverse}


def words(desk: Desk) -> str:
    """The screen's text, its rows joined."""
    return " ".join(row.strip() for row in desk.screen.splitlines())


@pytest.mark.parametrize("environment", [{"TERM": "linux"}, {"LC_ALL": "C"}, {"LANG": "C"}])
async def test_without_unicode_all_is_ascii_and_everything_works(
    ollama: Ollama, monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    async with explore(Launch(host=ollama.url), size=(80, 24)) as desk:
        await desk.send("x")
        await desk.until_done()
        for key in ("escape", "f2", "f2", "f3", "escape", "f4", "escape", "f1", "escape", "f10", "escape"):
            assert desk.screen.isascii(), desk.screen
            await desk.press(key)
            await desk.pilot.pause()
        await desk.until_shown("~ base", "* instruct", "> Type a prompt")
        assert desk.pane("base").reply_text()


def test_what_a_terminal_can_show_is_judged_by_its_name_and_the_locale() -> None:
    usual = {"TERM": "xterm-256color", "LANG": "de_DE.UTF-8"}
    assert not needs_ascii("auto", usual, "utf-8")
    assert not needs_ascii("auto", {"TERM": "xterm"}, "utf-8"), "macOS sets no locale over SSH"
    assert needs_ascii("auto", {**usual, "TERM": "linux"}, "utf-8")
    assert needs_ascii("auto", usual, "iso-8859-1")
    assert needs_ascii("auto", {**usual, "LANG": "C", "LC_CTYPE": "C.UTF-8"}, "utf-8"), "that's Python's doing"
    assert not needs_ascii("auto", {**usual, "LANG": "C.UTF-8"}, "utf-8")
    assert needs_ascii("ascii", usual, "utf-8")
    assert not needs_ascii("unicode", {"TERM": "linux"}, "ascii")


@pytest.mark.parametrize("text", ["≈◆▲●❯…", "こんにちは", "á│─┼", "e\u0301", "␛[31m", "👍🏽", "\u200b"])
def test_ascii_takes_as_much_room_as_what_it_stands_for(text: str) -> None:
    assert to_ascii(text).isascii()
    assert len(to_ascii(text)) == sum(cell_width(char) for char in text)


async def test_no_color_is_heeded_and_names_and_focus_are_still_told_apart(
    ollama: Ollama, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("x")
        await desk.until_done()
        assert all(red == green == blue for red, green, blue in colours(desk))
        await desk.until_shown("≈ base", "◆ instruct")
        await desk.press("escape")
        await desk.until(lambda: reversed_in(desk, 0) == {"≈ base"})


async def test_sixteen_colours_get_the_terminals_own(ollama: Ollama, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLORTERM")
    monkeypatch.setenv("TERM", "xterm")
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("x")
        await desk.until_done()
        assert desk.app.theme == "terminal"
        assert desk.app.native_ansi_color


async def test_a_stop_string_can_do_nothing_to_a_terminal(ollama: Ollama) -> None:
    stop = ("\x1b]0;owned\x07\x9b31m\u202e",)
    sampling = PRESETS["even"].sampling.on("stop", stop)
    async with explore(Launch(host=ollama.url, settings=TurnSettings(sampling))) as desk:
        await desk.send("x")
        await desk.until_done()
        await desk.press("f2")
        await desk.until_shown("Sampling", "owned")
        await desk.press("end", "enter")
        for char in set(desk.screen) - {"\n"}:
            assert char.isprintable(), repr(char)
        await desk.press("enter")
        assert desk.exploration.settings.sampling["stop"] == stop


async def test_nothing_blinks(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        assert not desk.explorer.prompt.cursor_blink
        for key in ("f3", "f4", "f10"):
            await desk.press(key)
            await desk.pilot.pause()
            assert not any(field.cursor_blink for field in desk.app.screen.query(TextField))
            await desk.press("escape")


async def test_the_first_line_says_what_there_is_and_names_a_key(ollama: Ollama, nobody: str) -> None:
    for launch, told in (
        (Launch(host=ollama.url), "has mistral:text and its twin mistral:instruct."),
        (Launch(host=nobody), "Meanwhile, the twins inside alignscope are here."),
        (Launch(embedded=True), "two small models inside alignscope"),
        (Launch(host=ollama.url, base="a", instruct="b"), "the models you named."),
    ):
        async with explore(launch, size=(80, 24)) as desk:

            def said(desk: Desk = desk, told: str = told) -> bool:
                return told in words(desk) and "F3 shows prompts worth" in words(desk)

            await desk.until(said)
            assert desk.explorer.notice.size.height <= 2
