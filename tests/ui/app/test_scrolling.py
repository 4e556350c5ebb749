"""What panes keep in view while replies come, and the keys that move through turns in all of them."""

import pytest

from alignscope.model.launch import Launch, Scroll
from alignscope.model.turn import TurnSettings
from tests.standin import Ollama, Script
from tests.ui.explorer.desk import Desk, explore

LONG = Script(pieces=tuple(f"line {number} of a long reply\n" for number in range(200)))
SHORT = Script(pieces=("Only this.",))


def tops(desk: Desk) -> list[str]:
    """The first row of each pane."""
    rows = desk.screen.split("\n")
    regions = [view.transcript.region for view in desk.explorer.split.views]
    return [rows[region.y][region.x : region.right - 1].rstrip() for region in regions]


def turns_in_view(desk: Desk) -> list[tuple[int, int]]:
    """Turn and line at the top of each pane."""
    return [view.transcript.scroll_anchor.place for view in desk.explorer.split.views]


async def ask(desk: Desk, ollama: Ollama, *replies: tuple[Script, Script]) -> None:
    """Send a prompt for each pair of replies, then focus the first pane."""
    for base, instruct in replies:
        ollama.script("mistral:text", base)
        ollama.script("mistral:instruct", instruct)
        turns = len(desk.exploration.turns) + 1
        await desk.send("go")
        await desk.until_done(turns)
    await desk.press("escape", "1")


async def test_scrolling_up_holds_still_and_says_that_more_has_come(ollama: Ollama) -> None:
    ollama.default = Script(pieces=LONG.pieces, rate=100, endless=True)
    async with explore(Launch(host=ollama.url, scroll="follow")) as desk:
        desk.without_limit()
        await desk.send("x")
        base = desk.pane("base")
        await desk.until(lambda: base.transcript.scroll_y > 20)
        base.transcript.focus()
        await desk.press("pageup")
        await desk.pilot.pause()
        held = base.transcript.scroll_y
        await desk.until(lambda: base.transcript.scroll_anchor.below > 3)
        assert base.transcript.scroll_y == held
        await desk.until_shown("lines below")
        await desk.press("end")
        await desk.until(lambda: base.transcript.scroll_anchor.at == "follow")
        await desk.press("escape")
        await desk.until_done()


async def test_both_panes_hold_where_the_model_went_on_and_one_key_follows_and_goes_back(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await ask(desk, ollama, (LONG, LONG))
        for _ in range(2):
            await desk.until(lambda: [top.startswith("── 1") for top in tops(desk)] == [True, True])
            await desk.until(lambda: desk.screen.count("line 0 of a") == 2 and desk.screen.count("lines below") == 2)
            assert "following" not in desk.screen
            await desk.press("u")
            await desk.until(lambda: desk.screen.count("line 199 of a") == 2 and "below" not in desk.screen)
            await desk.until_shown("following the end")
            await desk.press("u")


async def test_the_other_key_for_it_works_while_a_prompt_is_typed(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await ask(desk, ollama, (LONG, LONG))
        await desk.press("escape", "n", "e", "x", "t", "f6")
        await desk.until(lambda: desk.screen.count("line 199 of a") == 2)
        await desk.press("f6")
        await desk.until(lambda: all(top.startswith("── 1") for top in tops(desk)))
        await desk.until_shown("❯ next")


async def test_the_key_brings_back_the_beginning_from_wherever_the_end_was_gone_to(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await ask(desk, ollama, (LONG, LONG))
        await desk.press("G")
        await desk.until_shown("line 199 of a")
        await desk.press("u")
        await desk.until(lambda: all(top.startswith("── 1") for top in tops(desk)))
        await desk.press("space")
        await desk.until(lambda: not tops(desk)[0].startswith("── 1"))
        await desk.press("u")
        await desk.until(lambda: desk.screen.count("line 199 of a") == 2)


async def test_a_stream_is_followed_from_the_key_on_and_every_further_turn_too(ollama: Ollama) -> None:
    ollama.default = Script(pieces=LONG.pieces, rate=200, endless=True)
    async with explore(Launch(host=ollama.url), size=(100, 20)) as desk:
        desk.without_limit()
        await desk.send("x")
        await desk.until(lambda: desk.pane("base").transcript.scroll_anchor.below > 20)
        assert desk.pane("base").transcript.scroll_y == 0
        desk.explorer.enter(desk.pane("base"))
        await desk.press("u")
        first = desk.pane("base").transcript.scroll_y
        await desk.until(lambda: desk.pane("base").transcript.scroll_y > first + 20)
        await desk.send("y")
        await desk.until(lambda: len(desk.exploration.turns) == 2)
        start = desk.pane("instruct").transcript.row_count
        await desk.until(lambda: desk.pane("instruct").transcript.scroll_y > start + 20)
        await desk.press("escape")
        await desk.until_done(2)


@pytest.mark.parametrize(("scroll", "line"), [("hold", 0), ("follow", 199)])
async def test_the_setting_says_which_comes_first(ollama: Ollama, scroll: Scroll, line: int) -> None:
    async with explore(Launch(host=ollama.url, scroll=scroll)) as desk:
        await ask(desk, ollama, (LONG, LONG))
        await desk.until(lambda: desk.screen.count(f"line {line} of a") == 2)
        assert "following" not in desk.screen and "holding" not in desk.screen


@pytest.mark.parametrize("key", ["z", "s", "bracket", "f2"])
async def test_another_shape_of_the_panes_keeps_the_beginning_at_the_top(ollama: Ollama, key: str) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await ask(desk, ollama, (LONG, LONG), (LONG, LONG))
        for _ in range(2):
            size = desk.pane("base").size
            await desk.press("right_square_bracket" if key == "bracket" else key)
            await desk.until(lambda before=size: desk.pane("base").size != before)  # type: ignore[misc]
            await desk.pilot.pause()
            assert tops(desk)[0].startswith("── 2") and "line 0 of a" in desk.screen


async def test_keys_go_from_turn_to_turn_in_all_panes(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("escape", "left_curly_bracket", "right_curly_bracket", "0")  # there is nothing yet
        await ask(desk, ollama, (LONG, SHORT), (LONG, LONG), (LONG, LONG))
        for key, turn in [
            ("left_curly_bracket", 2), ("left_curly_bracket", 1), ("left_curly_bracket", 1),
            ("right_curly_bracket", 2), ("0", 3), ("right_curly_bracket", 3),
        ]:  # fmt: skip
            await desk.press(key)
            await desk.until(lambda turn=turn: turns_in_view(desk) == [(turn, 0), (turn, 0)])  # type: ignore[misc]
        await desk.press("space", "left_curly_bracket")
        await desk.until(lambda: turns_in_view(desk) == [(3, 0), (3, 0)])
        await desk.press("g", "2", "0")
        await desk.until(lambda: all(top.startswith("── 3") for top in tops(desk)))


async def test_turns_that_one_pane_has_no_room_to_go_to_are_reached_through_another(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await ask(desk, ollama, (SHORT, LONG), (SHORT, LONG))
        await desk.press("left_curly_bracket")
        await desk.until(lambda: turns_in_view(desk) == [(1, 0), (1, 0)])
        await desk.press("right_curly_bracket")
        await desk.until(lambda: turns_in_view(desk) == [(1, 0), (2, 0)])


async def test_linked_panes_stay_on_the_same_turn_and_then_on_the_same_line(ollama: Ollama) -> None:
    medium = Script(pieces=tuple(f"line {number}\n" for number in range(60)))
    async with explore(Launch(host=ollama.url)) as desk:
        await ask(desk, ollama, (LONG, medium), (LONG, SHORT), (LONG, LONG))
        await desk.press("l", "home")
        await desk.until(lambda: turns_in_view(desk) == [(1, 0), (1, 0)])
        await desk.press("j", "j", "j")
        await desk.until(lambda: turns_in_view(desk) == [(1, 3), (1, 3)])
        lines = desk.pane("instruct").transcript._turns.lines(1)
        page = desk.pane("instruct").transcript.size.height
        await desk.press("space", "space", "space")
        await desk.until(lambda: turns_in_view(desk) == [(1, 3 + 3 * page), (1, lines - page)])
        desk.pane("base").transcript.scroll_to(y=desk.pane("base").transcript._turns.lines(1) + 5)
        await desk.until(lambda: turns_in_view(desk) == [(2, 5), (2, 0)])
        await desk.press("G")
        await desk.until(lambda: desk.screen.count("line 199 of a") == 2)
        await desk.press("2", "k", "k")
        await desk.until(lambda: turns_in_view(desk)[0] == turns_in_view(desk)[1] and "▼ 2 lines" in desk.screen)


async def test_a_linked_pane_that_ends_earlier_leaves_the_other_at_its_line(ollama: Ollama) -> None:
    short = Script(pieces=tuple(f"line {number}\n" for number in range(50)))
    async with explore(Launch(host=ollama.url)) as desk:
        await ask(desk, ollama, (short, LONG))
        await desk.press("l", "space", "space", "space")
        await desk.until(lambda: desk.pane("base").transcript.is_vertical_scroll_end)
        assert turns_in_view(desk)[0] == turns_in_view(desk)[1] != (1, 0)


async def test_keys_on_turns_come_back_from_markdown_to_the_text(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await ask(desk, ollama, (LONG, LONG), (LONG, LONG))
        instruct = desk.pane("instruct")
        await desk.press("2", "m")
        await desk.until(lambda: instruct.markdown)
        await desk.press("space", "0")
        assert instruct.markdown, "it shows the last turn"
        await desk.press("left_curly_bracket")
        await desk.until(lambda: not instruct.markdown and turns_in_view(desk) == [(1, 0), (1, 0)])


async def test_samples_below_one_another_are_held_at_the_first(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url, settings=TurnSettings(samples=3))) as desk:
        await ask(desk, ollama, (LONG, LONG))
        await desk.press("a")
        await desk.until_shown("sample 1 of 3")
        assert desk.screen.count("line 0 of a") == 2
        await desk.press("a")
        await desk.until(lambda: "sample 1 of 3" in desk.screen and "2 of 3" not in desk.screen)
        assert desk.screen.count("line 0 of a") == 2


async def test_lines_below_are_said_without_unicode_too(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url, signs="ascii")) as desk:
        await ask(desk, ollama, (LONG, LONG))
        await desk.until_shown("v 1", "lines below")
