"""Text fields, by keys and pastes: what is sent is what was written, and what is drawn can harm no terminal."""

import asyncio
from collections.abc import Iterator
from itertools import count

import pytest
from textual import _time
from textual.app import ComposeResult
from textual.events import Key, Paste
from textual.message import Message
from textual.pilot import Pilot

from alignscope.ui.typed import TypingApp
from alignscope.ui.widgets.prompt import PromptEditor
from alignscope.ui.widgets.text_field import LineField, TextField
from tests.ui.screens.host import screen_text
from tests.waiting import HANGS

HOSTILE = "a\x1b]0;owned\x07\x1b[2J\x9b31m\x7f\u202e\x0b\x0c\x1c\x85\u2028\u2029\rz"


class Host(TypingApp[None]):
    """One field and what it submitted."""

    def __init__(self, field: type[PromptEditor | LineField]) -> None:
        super().__init__()
        self.field = field()
        self.sent: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.field

    def on_text_field_submitted(self, event: TextField.Submitted) -> None:
        self.sent.append(event.value)


FIELDS = pytest.mark.parametrize("field", [PromptEditor, LineField])


def typed(text: str) -> Iterator[Message]:
    """The keys of a text as a terminal sends them that puts no brackets around a paste."""
    for letter in text:
        yield Key("enter", "\r") if letter == "\r" else Key("space" if letter == " " else letter, letter)


async def receive(pilot: Pilot[None], *messages: Message) -> None:
    """Let messages arrive at once, and wait until they have been handled."""
    for message in messages:
        pilot.app.post_message(message)
    await pilot.pause()
    await pilot.press("right")  # an enter waits for what may follow it


@FIELDS
async def test_a_text_from_elsewhere_is_drawn_harmless_and_kept_as_it_is(field: type[PromptEditor | LineField]) -> None:
    app = Host(field)
    async with app.run_test(size=(60, 4)) as pilot:
        app.field.put(HOSTILE)
        await pilot.pause()
        drawn = screen_text(app)
        assert "a␛]0;owned␇␛[2J\ufffd31m␡\ufffd␋␌␜⏎⏎⏎␍z" in drawn
        assert all(char.isprintable() or char == "\n" for char in drawn)
        await pilot.press("backspace", "y")
        assert app.field.value == HOSTILE[:-1] + "y"
        await pilot.press("enter", "right")
        assert app.sent == [HOSTILE[:-1] + "y"]


@FIELDS
@pytest.mark.parametrize("lines", [3, 9000])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
async def test_every_line_end_of_a_paste_is_a_line_feed_and_nothing_else_is(
    field: type[PromptEditor | LineField], lines: int, end: str
) -> None:
    app = Host(field)
    async with app.run_test() as pilot:
        await pilot.press("x")
        await receive(pilot, Paste(end.join(["line\u2028of\x85some\x0ctext"] * lines) + "y"))
        await pilot.press("enter", "right")
    assert app.sent == ["x" + "\n".join(["line\u2028of\x85some\x0ctext"] * lines) + "y"]


async def test_a_line_that_is_pasted_with_its_end_leaves_that_out() -> None:
    app = Host(LineField)
    async with app.run_test() as pilot:
        await receive(pilot, Paste("a/file.yaml\r\n"))
        assert app.field.value == "a/file.yaml"


@FIELDS
@pytest.mark.parametrize("text", ["one\rtwo\rthree", "one\r\rtwo"])
async def test_lines_that_come_without_brackets_are_one_text(field: type[PromptEditor | LineField], text: str) -> None:
    app = Host(field)
    async with app.run_test() as pilot:
        await receive(pilot, *typed(text))
        assert app.sent == []
        await receive(pilot, *typed("\r"))
    assert app.sent == [text.replace("\r", "\n")]


@FIELDS
async def test_an_enter_belongs_to_what_was_typed_before_it(field: type[PromptEditor | LineField]) -> None:
    app = Host(field)
    async with app.run_test() as pilot:
        await receive(pilot, *typed("ab"), Key("left", None), *typed("c\r"), Key("end", None), *typed("d"))
    assert app.sent == ["acb"]


async def test_what_is_typed_behind_a_sent_prompt_is_the_next_one() -> None:
    app = Host(PromptEditor)
    async with app.run_test() as pilot:
        await receive(pilot, *typed("one\r"), Key("up", None), *typed("two"))
        assert (app.sent, app.field.value) == (["one"], "two")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have time go by between any two looks of a timer for one call at the clock, as it may beside busy processes."""
    clock, looks = _time.get_time, count()

    def now() -> float:
        task = asyncio.current_task()
        once = task is not None and task.get_name().startswith("set_timer")
        return clock() + (0.1 * next(looks) if once else 0)

    monkeypatch.setattr(_time, "get_time", now)


@FIELDS
@pytest.mark.usefixtures("hurried")
async def test_an_enter_is_not_lost_where_the_process_stands_still(field: type[PromptEditor | LineField]) -> None:
    app = Host(field)
    called: list[str] = []
    async with app.run_test() as pilot, asyncio.timeout(HANGS):
        await pilot.press("a", "enter")
        app.set_timer(0.05, lambda: called.append("once"))
        while not (app.sent and called):
            await pilot.pause()
    assert (app.sent, called) == (["a"], ["once"])


async def test_one_line_scrolls_and_has_no_more_than_one_row() -> None:
    app = Host(LineField)
    async with app.run_test(size=(20, 4)) as pilot:
        await receive(pilot, *typed("a line longer than its field"))
        assert app.field.size.height == 1
        assert "its field" in screen_text(app) and "a line" not in screen_text(app)


async def test_what_was_deleted_comes_back_with_its_line_ends() -> None:
    app = Host(PromptEditor)
    async with app.run_test() as pilot:
        await receive(pilot, Paste("one\u2028\r\ntwo"))
        app.field.select_all()
        await pilot.press("backspace")
        assert app.field.value == ""
        await pilot.press("ctrl+z")
        assert app.field.value == "one\u2028\ntwo"
