"""The text of a reply with its tokens: every token can be reached and seen, whatever it is made of."""

import pytest
from rich.style import Style
from textual.strip import Strip

from alignscope.text.clean import clean
from tests.sessions.recorded import NASTY
from tests.ui.tokens.replies import Drawn, View, events, turn, view

ODD: dict[str, list[str]] = {
    "plain": ["The", " cat", " sat", " on", " the", " mat", "."],
    "line breaks": ["a", "\n", "\n\n", "b", "\n", ""],
    "empty": ["", "a", "", "", "b", ""],
    "wide": ["寿", "司は", "おい", "しい", "、はい", "。"],
    "parts of characters": ["e", "\u0301", "👩", "\u200d", "👧", "!", "👍", "🏽", "\ufffd", "\ufffd"],
    "blanks": ["a" * 30, " " * 90, "b", "\t", "\t\t", " ", "c"],
    "long": ["word" * 60, " and", " x" * 90, "."],
    "hostile": ["\x1b[2J", "\u202e", "[/b]", "\x07", "\u2028", "[@click=app.quit]x[/]", NASTY],
    "surrogates": ["\ud83d", "\ude00", "x"],
}


def cursor_cells(seen: View) -> str:
    """What is drawn under the first pane's cursor."""
    text = seen.screen._columns[0].text
    rows = [text.row(y) for y in range(text.size.height)]
    own = text._look("cursor")
    return "".join(segment.text for row in rows for segment in row if segment.style == own)


@pytest.mark.parametrize("size", [(120, 30), (44, 20)])
@pytest.mark.parametrize("name", ODD)
async def test_every_token_is_seen_under_the_cursor(name: str, size: tuple[int, int]) -> None:
    texts = ODD[name]
    drawn: list[Drawn] = [(text, 0.4, {"other": 0.5}) for text in texts]
    async with view(turn(events("base", drawn)), size=size) as seen:
        for number in range(len(texts)):
            assert f"token {number + 1} of {len(texts)}" in seen.words
            assert cursor_cells(seen), f"token {number}: {texts[number]!r}\n{seen.text}"
            text = seen.screen._columns[0].text
            for y in range(text.size.height):
                strip = text.row(y)
                assert strip.cell_length == text.outer_size.width == Strip(list(strip)).cell_length
            await seen.press("right")
        assert "\x1b" not in seen.text and "\u202e" not in seen.text


@pytest.mark.parametrize("name", ODD)
async def test_the_text_is_that_of_the_reply(name: str) -> None:
    drawn: list[Drawn] = [(text, 0.4, {"other": 0.5}) for text in ODD[name]]
    async with view(turn(events("base", drawn))) as seen:
        text = seen.screen._columns[0].text
        joined = "".join(row + "\n" * text._rows.breaks(number) for number, row in enumerate(text._rows.rows))
        assert joined == clean("".join(ODD[name]))


@pytest.mark.parametrize("name", ODD)
async def test_down_and_up_get_from_end_to_end(name: str) -> None:
    drawn: list[Drawn] = [(text, 0.4, {"other": 0.5}) for text in ODD[name]]
    async with view(turn(events("base", drawn)), size=(60, 24)) as seen:
        text = seen.screen._columns[0].text
        for key, row in (("down", len(text._rows) - 1), ("up", 0), ("pagedown", len(text._rows) - 1), ("pageup", 0)):
            before = -1
            for _ in range(100):
                if seen.cursors[0] == before:
                    break
                before = seen.cursors[0]
                await seen.press(key)
            else:
                raise AssertionError(f"{key} never arrives")
            if name not in ("blanks", "long", "hostile"):  # whose last token may begin rows above the last
                assert row in text._rows_of_cursor() or not text._rows.rows[row], key


async def test_lines_keep_the_column_that_they_began_in() -> None:
    drawn: list[Drawn] = [(piece, 0.4, {"x": 0.5}) for piece in ("aaaa", "bbbb", "\n", "c", "\n", "dddd", "eeee")]
    async with view(turn(events("base", drawn))) as seen:
        await seen.press("right")
        for key, wanted in [("down", 4), ("down", 6), ("up", 4), ("up", 1), ("left", 0), ("down", 3), ("down", 5)]:
            await seen.press(key)
            assert seen.cursors[0] == wanted, key


async def test_only_the_rows_of_the_cursor_are_drawn_again() -> None:
    drawn: list[Drawn] = [(f" word{number}", 0.4, {" x": 0.5}) for number in range(200)]
    async with view(turn(events("base", drawn))) as seen:
        text = seen.screen._columns[0].text
        before = [text.row(y) for y in range(text.size.height)]
        await seen.press("right", "right")
        again = [text.row(y) for y in range(text.size.height)]
        assert [one is other for one, other in zip(before, again, strict=True)] == [False] + [True] * (len(again) - 1)


async def test_the_cursor_stays_in_view_and_on_its_token_when_the_size_changes() -> None:
    drawn: list[Drawn] = [(f" word{number}", 0.4, {" x": 0.5}) for number in range(400)]
    async with view(turn(events("base", drawn))) as seen:
        await seen.press("end", "left")
        for size in ((60, 20), (200, 50), (80, 24)):
            await seen.pilot.resize_terminal(*size)
            await seen.press()
            assert seen.cursors[0] == 398 and cursor_cells(seen).strip() == "word398"
        await seen.press("home")
        assert cursor_cells(seen).strip() == "word0"


async def test_the_mouse_points_at_a_token_and_at_a_place_in_the_strip() -> None:
    drawn: list[Drawn] = [(f" word{number}", 0.4, {" x": 0.5}) for number in range(200)]
    async with view(turn(events("base", drawn), events("instruct", drawn))) as seen:
        column = seen.screen._columns[1]
        await seen.pilot.click(column.text, offset=(2 + 7, 0))
        await seen.press()
        assert seen.cursors == [1, 1] and "token 2 of 200" in seen.words and "◆ instruct" in seen.text
        await seen.pilot.click(column._strip, offset=(2 + 10, 0))
        await seen.press()
        assert seen.cursors[1] == 10 * column._strip._each > 10


def marks(style: Style) -> tuple[bool, bool, bool, bool]:
    """Which marks without colour a style has: italic, underline, bold, reverse."""
    return bool(style.italic), bool(style.underline), bool(style.bold), bool(style.reverse)
