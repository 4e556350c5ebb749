"""The prompt editor, by keys."""

import re
from typing import ClassVar

import pytest
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Paste

from alignscope.ui.keymap import SETS, actions
from alignscope.ui.screens.explorer.bindings import BINDINGS
from alignscope.ui.typed import TypingApp
from alignscope.ui.widgets.prompt import PromptEditor


class Host(TypingApp[None]):
    """An editor and what it sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def compose(self) -> ComposeResult:
        yield PromptEditor()

    @property
    def editor(self) -> PromptEditor:
        return self.query_one(PromptEditor)

    def on_text_field_submitted(self, event: PromptEditor.Submitted) -> None:
        self.sent.append(event.value)


async def test_enter_sends_and_ctrl_j_breaks_the_line() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press("a", "ctrl+j", "b", "enter")
        assert app.sent == ["a\nb"]


@pytest.mark.parametrize("name", ["", *SETS])
async def test_function_keys_and_those_with_ctrl_are_the_explorers_while_a_prompt_is_typed(name: str) -> None:
    ids = {binding.id for binding in Binding.make_bindings(BINDINGS) if not binding.action.startswith("scroll(")}
    keys = ",".join(binding.key for id, binding in actions(name).items() if id in ids).split(",")
    bound = [key for key in keys if re.fullmatch(r"f\d+|ctrl\+.", key)]
    heard: list[str] = []

    class Around(Host):
        BINDINGS: ClassVar[list[BindingType]] = [Binding(key, f"hear({key!r})") for key in bound]

        def action_hear(self, key: str) -> None:
            heard.append(key)

    app = Around()
    async with app.run_test() as pilot:
        await pilot.press("a", *bound, "b")
        assert len(bound) > 15
        assert heard == bound
        assert app.editor.value == "ab"


@pytest.mark.parametrize("blank", [(), ("space", "space"), ("ctrl+j",)])
async def test_nothing_is_sent_for_nothing(blank: tuple[str, ...]) -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press(*blank, "enter")
        assert app.sent == []


async def test_up_and_down_go_through_history_and_back_to_the_draft() -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.editor.past = ("one", "two\nlines")
        await pilot.press("d", "up")
        assert app.editor.value == "two\nlines"
        await pilot.press("up")
        assert app.editor.cursor_at_first_line, "in a prompt of several lines, up first goes through them"
        await pilot.press("up")
        assert app.editor.value == "one"
        await pilot.press("up")
        assert app.editor.value == "one", "there is nothing before the first"
        await pilot.press("down", "down", "down")
        assert app.editor.value == "d"


async def test_a_large_paste_stays_one_prompt_and_is_sent_whole() -> None:
    app = Host()
    text = "line of a long document\n" * 20_000
    async with app.run_test() as pilot:
        await pilot.press("x")
        app.post_message(Paste(text))
        await pilot.pause()
        assert len(app.editor.text) < 100, "the editor holds a mark in its place"
        await pilot.press("y", "enter")
    assert app.sent == [f"x{text}y"]


async def test_a_small_paste_with_line_breaks_is_not_sent() -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.post_message(Paste("one\ntwo\n"))
        await pilot.pause()
        assert app.sent == []
        assert app.editor.text == "one\ntwo\n"


@pytest.mark.parametrize("lines", range(1, 12))
async def test_undoing_the_line_that_brought_the_scroll_bar(lines: int) -> None:
    app = Host()
    async with app.run_test(size=(20, 24)) as pilot:
        for _ in range(lines):
            await pilot.press("a", "ctrl+j")
        await pilot.press("b", "ctrl+j", "ctrl+z")
        assert app.editor.text == "a\n" * lines + "b"
        await pilot.press("c", "enter")
        assert app.sent == ["a\n" * lines + "bc"]


async def test_the_editor_grows_with_its_text_and_stops_growing() -> None:
    app = Host()
    async with app.run_test(size=(60, 24)) as pilot:
        assert app.editor.size.height == 1
        await pilot.press(*["ctrl+j"] * 3)
        await pilot.pause()
        assert app.editor.size.height == 4
        await pilot.press(*["ctrl+j"] * 20)
        await pilot.pause()
        assert app.editor.size.height == 8
