"""The transcript in a real application, driven by keys and mouse."""

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from alignscope.model.events import End
from alignscope.model.launch import Scroll
from alignscope.model.sampling import PRESETS
from alignscope.ui.widgets.transcript.transcript import Transcript
from tests.ui.widgets.host import Host, finished, token
from tests.waiting import until


async def test_what_came_is_drawn_with_the_next_frame() -> None:
    host = Host()
    async with host.run_test(size=(40, 12)) as pilot:
        host.begin_turn(1, "Say it.", sampling=PRESETS["greedy"].sampling)
        host.apply(token("Hello"))
        host.apply(token(" there"))
        assert "Hello there" not in host.text
        await pilot.pause()
        rows = host.rows()
        assert rows[1].startswith("── 1 ─ greedy")
        assert rows[2] == "› Say it."
        assert rows[3] == "▎ Hello there"


async def test_nothing_is_lost_or_drawn_twice_while_it_grows() -> None:
    host = Host()
    async with host.run_test(size=(30, 200)) as pilot:
        host.begin_turn(1, "Go.")
        words = [f"w{number} " if number % 17 else f"w{number}\n\n" for number in range(300)]
        for number, word in enumerate(words):
            host.apply(token(word))
            if number % 7 == 0:
                await pilot.pause(0.01)
        await pilot.pause()
        drawn = "\n".join(row.removeprefix("▎") for row in host.rows()[3:-1]).split()
        assert drawn == "".join(words).split()


async def test_controls_and_markup_are_seen_and_do_nothing() -> None:
    host = Host()
    async with host.run_test(size=(60, 10)) as pilot:
        host.begin_turn(1, "\x1b[31m[/nothing]")
        host.apply(token("[bold]x[/bold] \x1b]0;title\x07 \u202eabc [@click=app.quit]"))
        await pilot.pause()
        assert "› ␛[31m[/nothing]" in host.text
        assert "[bold]x[/bold] ␛]0;title␇ \ufffdabc [@click=app.quit]" in host.text


async def test_a_selection_is_the_text_and_not_its_rows() -> None:
    host = Host()
    async with host.run_test(size=(30, 12)) as pilot:
        host.begin_turn(1, "Go.")
        host.apply(token("the quick brown fox jumped over 好的 lazy dog\nand slept"))
        await pilot.pause()
        rows = host.rows()
        assert rows[3].startswith("▎ the quick brown fox")
        transcript = host.view.transcript
        await pilot.mouse_down(transcript, offset=(6, 2))
        await pilot.hover(transcript, offset=(10, 3))
        await pilot.mouse_up(transcript, offset=(10, 3))
        await pilot.pause()
        selected = host.screen.get_selected_text()
        assert selected is not None
        assert selected.startswith("quick brown fox jumped over ")
        assert "\n" not in selected
        styles = [
            segment.style for strip in transcript.rows_of(2, 3) for segment in strip if segment.text.startswith("quick")
        ]
        assert styles
        assert styles[0] != transcript.rich_style


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((0, 0), (10, 8), "Go.\nfirst\nsecond"),  # from the separator to below the last row
        ((1, 2), (0, 3), "first\ns"),  # by the cells left of the text, which stand for its first
        ((4, 2), (29, 2), "rst"),  # past the end of a row
        ((5, 8), (8, 9), ""),  # where nothing is
        ((5, 8), (5, 2), "st\nsecond"),  # backwards from where nothing is
    ],
)
async def test_the_mouse_selects_what_it_passes(start: tuple[int, int], end: tuple[int, int], expected: str) -> None:
    host = Host()
    async with host.run_test(size=(40, 14)) as pilot:
        host.begin_turn(1, "Go.")
        host.apply(token("first\nsecond"))
        host.apply(finished())
        await pilot.pause()
        transcript = host.view.transcript
        await pilot.mouse_down(transcript, offset=start)
        await pilot.hover(transcript, offset=end)
        await pilot.mouse_up(transcript, offset=end)
        assert (host.screen.get_selected_text() or "") == expected.rstrip("\n")


async def test_ten_megabytes_at_once_are_laid_out_over_many_frames() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.begin_turn(1, "Go.")
        transcript = host.view.transcript
        host.apply(token("好" * 500_000 + "x" * 9_500_000))
        heights: list[int] = []
        while transcript.pending and len(heights) < 5000:
            heights.append(transcript.row_count)
            await pilot.pause(0.02)
        assert len(set(heights)) > 5  # in between, the application could have answered a key
        assert transcript.row_count > 9_500_000 // 60


async def test_a_prompt_of_a_megabyte_shows_its_beginning() -> None:
    host = Host()
    async with host.run_test(size=(60, 30)) as pilot:
        host.begin_turn(1, "paste " * 200_000)
        await pilot.pause()
        assert host.view.transcript.row_count < 20
        assert "more characters" in host.text


async def test_a_theme_change_repaints() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.begin_turn(1, "Go.")
        host.apply(token("text"))
        await pilot.pause()
        before = host.view.transcript.rows_of(2, 3)[0]
        host.theme = "textual-light"
        await pilot.pause()
        after = host.view.transcript.rows_of(2, 3)[0]
        assert before.text == after.text
        assert [segment.style for segment in before] != [segment.style for segment in after]


async def test_text_may_come_before_there_is_a_screen_and_after_it_is_gone() -> None:
    host = Host()
    host.begin_turn(1, "Early.")
    host.apply(token("bird"))
    async with host.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        assert "bird" in host.text
        view = host.view
        await view.parent.mount(Static("other"))  # type: ignore[union-attr]
        host.apply(token("late"))
        await view.remove()
        await pilot.pause()
        host.apply(token("later"))
        host.apply(finished())


async def test_settings_stand_on_the_rule_only_when_they_are_news() -> None:
    host = Host()
    async with host.run_test(size=(40, 20)) as pilot:
        for number, preset in enumerate(("even", "even", "model", "model"), 1):
            host.begin_turn(number, "Go.", sampling=PRESETS[preset].sampling)
        await pilot.pause()
        rules = [row.strip("─ ") for row in host.rows() if row.startswith("──")]
        assert rules == ["1 ─ even · temperature 0.8", "2", "3 ─ model", "4"]


async def test_it_follows_the_end_until_scrolled_up_and_then_says_how_much_came() -> None:
    host = Host(scroll="follow")
    async with host.run_test(size=(40, 12)) as pilot:
        host.begin_turn(1, "Count.")
        host.say(40)
        await pilot.pause()
        transcript = host.view.transcript
        assert "line 39" in host.text
        assert (transcript.scroll_anchor.at, transcript.scroll_anchor.below) == ("follow", 0)
        transcript.focus()
        await pilot.press("pageup")
        await pilot.wait_for_animation()
        assert "line 39" not in host.text
        before = host.drawn
        for number in range(40, 60):
            host.apply(token(f"line {number}\n"))
        await pilot.pause()
        assert host.drawn == before
        assert transcript.scroll_anchor.below > 20
        await until(lambda: host.rows()[-1].endswith(f"▼ {transcript.scroll_anchor.below} lines below"))
        await pilot.press("end")
        await pilot.wait_for_animation()
        await pilot.pause()
        assert (transcript.scroll_anchor.at, transcript.scroll_anchor.below) == ("follow", 0)
        assert "line 59" in host.text
        assert "below" not in host.rows()[-1]
        host.apply(token("after all\n"))
        await pilot.pause()
        assert "after all" in host.text


@pytest.mark.parametrize(("key", "first"), [("home", "── 1"), ("up", "▎ line"), ("pageup", "▎ line")])
async def test_keys_scroll(key: str, first: str) -> None:
    host = Host(scroll="follow")
    async with host.run_test(size=(40, 12)) as pilot:
        host.begin_turn(1, "Count.")
        host.say(60)
        await pilot.pause()
        host.view.transcript.focus()
        top = host.view.transcript.scroll_offset.y
        await pilot.press(key)
        await pilot.wait_for_animation()
        await pilot.pause()
        assert host.view.transcript.scroll_offset.y < top
        assert host.rows()[1].startswith(first)


async def test_a_new_width_keeps_the_text_that_was_at_the_top() -> None:
    host = Host(scroll="follow")
    async with host.run_test(size=(60, 16)) as pilot:
        host.begin_turn(1, "Go.")
        host.apply(token(" ".join(f"word{number}" for number in range(400))))
        await pilot.pause()
        transcript = host.view.transcript
        transcript.scroll_to(y=20, animate=False)
        await pilot.pause()
        word = host.rows()[1].split()[0]
        await pilot.resize_terminal(35, 16)
        await pilot.pause()
        assert word in host.rows()[1]
        transcript.scroll_end(animate=False)
        await pilot.pause()
        await pilot.resize_terminal(50, 16)
        await pilot.pause()
        assert "word399" in host.text


async def test_scrolling_is_told_and_moving_along_is_not() -> None:
    told: list[tuple[Scroll | None, tuple[int, int]]] = []

    class Listening(Host):
        def on_transcript_scrolled(self, message: Transcript.Scrolled) -> None:
            told.append((message.at, message.place))

    host = Listening(scroll="follow")
    async with host.run_test(size=(40, 12)) as pilot:
        host.begin_turn(1, "Count.")
        host.say(100)
        await pilot.pause()
        transcript = host.view.transcript
        transcript.scroll_anchor.align(None, (1, 50))
        await pilot.pause()
        assert "line 48" in host.drawn[0]
        assert transcript.scroll_anchor.at is None and not told
        transcript.focus()
        await pilot.press("down")
        await pilot.pause()
        assert told.pop() == (None, (1, 51)) and not told
        await pilot.press("home")
        await pilot.pause()
        assert told.pop() == ("hold", (1, 0))
        transcript.scroll_anchor.align("follow", (1, 0))
        await pilot.pause()
        assert "line 99" in host.text


async def test_what_comes_while_the_view_is_held_can_be_scrolled_to() -> None:
    host = Host(scroll="follow")
    async with host.run_test(size=(40, 12)) as pilot:
        host.begin_turn(1, "Count.")
        host.say(40)
        await pilot.pause()
        host.view.transcript.focus()
        await pilot.press("pageup")
        for number in range(40, 70):
            host.apply(token(f"line {number}\n"))
        host.view.transcript.flush()
        await pilot.press("pagedown", "pagedown", "pagedown", "pagedown", "pagedown")
        await pilot.pause()
        assert "line 69" in host.text


@pytest.mark.parametrize("scroll", ["hold", "follow"])
@pytest.mark.parametrize("shorter", ["sample", "retry", "place"])
async def test_what_is_left_is_in_view_after_most_of_the_text_has_gone(shorter: str, scroll: Scroll) -> None:
    host = Host(scroll=scroll)
    async with host.run_test(size=(40, 12)) as pilot:
        host.begin_turn(1, "Count.", samples=2)
        for sample in (1, 2):
            host.apply(token("".join(f"line {number}\n" for number in range(20)), sample=sample))
            host.apply(finished(sample=sample))
        host.begin_turn(2, "Count.", samples=2)
        for number in range(90):
            host.apply(token(f"again {number}\n"))
        host.apply(finished(End.CUT))
        await pilot.pause()
        match shorter:
            case "sample":
                host.view.show_sample(2)
            case "retry":
                host.turn.forget("base")
                host.view.retry()
            case "place":
                host.view.transcript.truncate(1)
        await pilot.pause()
        rows = host.rows()[1:-1]
        if (shorter, scroll) == ("place", "hold"):
            assert rows[0].startswith("── 1")
        else:
            assert "line 19" in "\n".join(rows)
        assert sum(not row for row in rows) <= 2  # beside the empty line at the reply's end, and the empty reply


@pytest.mark.parametrize("lines", [50, 51, 52])
async def test_no_empty_rows_stay_below_a_finished_reply(lines: int) -> None:
    host = Host(scroll="follow")
    async with host.run_test(size=(40, 22)) as pilot:
        host.begin_turn(1, "Count.")
        await pilot.pause()
        for number in range(lines):
            host.apply(token(f"\nline {number}"))
            host.view.transcript.flush()
        host.apply(finished(tokens=lines))
        await pilot.pause()
        assert host.rows()[-2].strip() == f"— ended by itself · {lines} tokens"
        assert host.rows()[1].startswith("▎ line")


async def test_what_is_said_of_an_earlier_turn_moves_nothing_that_is_in_view() -> None:
    host = Host()
    async with host.run_test(size=(40, 12)) as pilot:
        host.begin_turn(1, "Count.")
        host.say(3)
        await pilot.pause()
        first = host.turn
        host.apply(finished())
        host.begin_turn(2, "More.")
        for number in range(40):
            host.apply(token(f"second {number}\n"))
        await pilot.pause()
        host.view.transcript.scroll_to(y=20, animate=False)
        await pilot.pause()
        before = [row[:39].rstrip() for row in host.rows()[1:-1]]
        first.note = "of two\nlines \x1b[31m" + "long " * 200
        host.view.show_remarks(first)
        await pilot.pause()
        assert [row[:39].rstrip() for row in host.rows()[1:-1]] == before
        host.view.transcript.scroll_home(animate=False)
        await pilot.pause()
        assert [row[:39].strip() for row in host.rows()[3:5]] == ["note: of two", "lines ␛[31mlong long long long long"]
        assert any("more characters" in row for row in (await _all_rows(host, pilot)))


async def _all_rows(host: Host, pilot: Pilot[None]) -> list[str]:
    await pilot.resize_terminal(40, 100)
    await pilot.pause()
    return host.rows()
