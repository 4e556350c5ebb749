"""Where a pane's view is: at the beginning of the last turn, at the end, or where the person left it."""

import pytest

from alignscope.model.events import End
from alignscope.model.launch import Scroll
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.ui.widgets.pane.view import PaneView
from tests.ui.widgets.host import Host, finished, token
from tests.waiting import until

# Holding the beginning


async def test_a_reply_that_outgrows_its_pane_keeps_its_prompt_in_view_and_says_how_much_is_below() -> None:
    host = Host()
    async with host.run_test(size=(50, 12)) as pilot:
        host.begin_turn(1, "Count.")
        for first in range(0, 60, 3):
            host.say(3, first=first)
            await pilot.pause()
            rows = host.drawn
            assert (rows[0].startswith("── 1"), rows[1], rows[2]) == (True, "› Count.", "▎ line 0")
        assert "line 7" in host.text and "line 8" not in host.text
        host.apply(finished())
        await pilot.pause()
        assert host.view.transcript.row_count == 2 + 61 + 1  # separator, prompt, lines and an empty one, summary
        assert host.rows()[-1].endswith("▼ 54 lines below")


async def test_the_number_of_lines_below_is_kept_up_to_date_while_they_come() -> None:
    host = Host()
    async with host.run_test(size=(50, 12)):
        host.begin_turn(1, "Count.")
        host.say(30)
        await until(lambda: "▼ 23 lines below" in host.rows()[-1])
        host.say(30, first=30)
        await until(lambda: "▼ 53 lines below" in host.rows()[-1])


@pytest.mark.parametrize(
    ("width", "end", "words"),
    [(60, End.STOP, "▼ 54 lines below"), (30, End.STOP, "▼ 54 below"), (24, End.STOP, "▼ 54")],
)
async def test_the_words_on_lines_below_are_as_long_as_there_is_room(width: int, end: End, words: str) -> None:
    host = Host()
    async with host.run_test(size=(width, 12)) as pilot:
        host.begin_turn(1, "Count.")
        host.say(60)
        host.apply(finished(end, tokens=60))
        await pilot.pause()
        row = host.rows()[-1]
        assert row.endswith(f" {words}") and "ended by itself" in row and row.count("▼") == 1


async def test_a_turn_pushes_the_one_before_up_only_until_its_own_beginning_is_at_the_top() -> None:
    host = Host()
    async with host.run_test(size=(40, 22)) as pilot:
        host.begin_turn(1, "Count.")
        host.say(12)
        host.apply(finished())
        host.begin_turn(2, "Again.")
        host.apply(token("short"))
        host.apply(finished())
        await pilot.pause()
        assert host.drawn[0].startswith("── 1") and "short" in host.text, "both fit, so both stay"
        host.begin_turn(3, "Once more.")
        for first in range(0, 40, 2):
            host.say(2, first=first)
            await pilot.pause()
            assert "› Once more." in host.text and "▎ line 0" in host.text
        assert host.drawn[0].startswith("── 3")


async def test_the_next_prompt_goes_to_the_top_wherever_the_person_was() -> None:
    host = Host()
    async with host.run_test(size=(40, 12)) as pilot:
        host.begin_turn(1, "Count.")
        host.say(60)
        host.apply(finished())
        host.view.transcript.focus()
        await pilot.press("pagedown", "pagedown")
        host.begin_turn(2, "Again.")
        host.say(30)
        await pilot.pause()
        assert host.drawn[0].startswith("── 2")
        assert host.drawn[1:3] == ["› Again.", "▎ line 0"]


async def test_a_long_prompt_leaves_a_third_of_the_pane_to_the_reply() -> None:
    host = Host()
    async with host.run_test(size=(40, 20)) as pilot:
        host.begin_turn(1, "\n".join(f"prompt {number}" for number in range(40)))
        host.say(40)
        await pilot.pause()
        rows = host.drawn
        assert rows.index("▎ line 0") == 12
        assert rows[11] == "› prompt 39", "where the model went on from"


async def test_the_beginning_stays_at_the_top_in_every_size() -> None:
    host = Host()
    async with host.run_test(size=(60, 16)) as pilot:
        host.begin_turn(1, "Before.")
        host.say(30)
        host.begin_turn(2, "Go.")
        host.apply(token(" ".join(f"word{number}" for number in range(400))))
        for size in ((35, 16), (35, 30), (80, 12), (60, 16)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert host.drawn[0].startswith("── 2")
            assert host.drawn[1] == "› Go."
        host.apply(finished())
        await pilot.resize_terminal(100, 60)
        await pilot.pause()
        assert "word399" in host.text and host.drawn[-1], "no empty row is below what fits"


async def test_stacked_samples_stay_in_place_whichever_grows() -> None:
    host = Host()
    async with host.run_test(size=(40, 16)) as pilot:
        host.view.show_sample(None)
        host.begin_turn(1, "Go.", samples=2)
        host.say(5, sample=1)
        host.say(40, sample=2)
        host.say(20, sample=1, first=5)
        await pilot.pause()
        assert host.drawn[0].startswith("── 1")
        assert host.drawn[3] == "▎ line 0"
        transcript = host.view.transcript
        transcript.focus()
        transcript.scroll_to(y=transcript.row_count - 30)
        await pilot.pause()
        before = host.drawn
        host.say(20, sample=1, first=25)
        host.say(20, sample=2, first=40)
        host.apply(finished(End.CUT, "It broke off.", sample=1))
        await pilot.pause()
        assert host.drawn == before, "the person reads the second sample"


async def test_another_sample_leaves_the_person_at_the_same_line_of_the_same_turn() -> None:
    host = Host()
    async with host.run_test(size=(40, 12)) as pilot:
        for number in (1, 2):
            host.begin_turn(number, "Count.", samples=2)
            host.say(30, sample=1)
            host.say(50, sample=2)
        host.view.transcript.scroll_to(y=host.view.transcript.row_count - 20)
        await pilot.pause()
        place = host.view.transcript.scroll_anchor.place
        assert place[0] == 2
        host.view.show_sample(2)
        await pilot.pause()
        assert host.view.transcript.scroll_anchor.place == place


async def test_the_end_is_followed_from_where_the_person_asks_for_it_to_the_next_turn() -> None:
    host = Host()
    async with host.run_test(size=(40, 12)) as pilot:
        host.begin_turn(1, "Count.")
        host.say(4)
        await pilot.pause()
        host.view.transcript.focus()
        await pilot.press("end")  # where it is already
        host.say(40, first=4)
        await pilot.pause()
        assert "line 43" in host.text and "below" not in host.rows()[-1]
        host.begin_turn(2, "Again.")
        host.say(40)
        await pilot.pause()
        assert host.drawn[1] == "› Again."


async def test_scrolling_back_to_the_beginning_holds_it_again() -> None:
    host = Host()
    async with host.run_test(size=(40, 12)) as pilot:
        host.begin_turn(1, "Count.")
        host.say(3)
        host.begin_turn(2, "Again.")
        host.say(30)
        await pilot.pause()
        transcript = host.view.transcript
        transcript.focus()
        await pilot.press("down")
        assert not host.drawn[0].startswith("── 2")
        await pilot.press("up")
        assert host.drawn[0].startswith("── 2")
        await pilot.resize_terminal(30, 14)
        await pilot.pause()
        assert host.drawn[0].startswith("── 2")


async def test_markdown_says_how_much_is_below_as_well() -> None:
    host = Host(PaneView(Pane("base", "m", "", Mode.CHAT)))
    async with host.run_test(size=(50, 12)) as pilot:
        host.begin_turn(1, "Go.")
        host.apply(token("\n\n".join(f"paragraph {number}" for number in range(30))))
        host.apply(finished())
        await pilot.pause()
        plain = host.rows()[-1]
        assert "lines below" in plain
        host.view.toggle_markdown()
        await until(lambda: "lines below" in host.rows()[-1] and host.rows()[-1] != plain)
        assert "paragraph 0" in host.text
        host.view.keep_in_view("follow")
        await until(lambda: "paragraph 29" in host.text and "below" not in host.rows()[-1])
        host.view.go_to_turn(1)
        await until(lambda: "paragraph 0" in host.text)
        host.view.keep_in_view("hold")
        host.view.toggle_markdown()
        await until(lambda: host.rows()[-1] == plain)


# What is laid out in steps


@pytest.mark.parametrize("scroll", ["hold", "follow"])
async def test_a_long_reply_shows_the_side_in_view_at_once_and_then_all_of_it(scroll: Scroll) -> None:
    text = "".join(f"line {number} 日本語\n" for number in range(80_000))
    host = Host(scroll=scroll)
    async with host.run_test(size=(60, 12)) as pilot:
        host.begin_turn(1, "Go.")
        host.apply(token(text))
        turn = host.turn
        host.view.set_turns([(turn, "base")])
        transcript = host.view.transcript
        assert transcript.pending and transcript.row_count < 60_000
        assert ("line 0 " if scroll == "hold" else "line 79999 ") in host.everything
        host.apply(token("tail"))  # while the rest is still to be laid out
        await until(lambda: not transcript.pending)
        await pilot.pause()
        assert host.everything == f"Go.\n{text}tail"
        if scroll == "hold":
            assert host.drawn[1] == "› Go."
        else:
            assert "tail" in host.text


@pytest.mark.parametrize("scroll", ["hold", "follow"])
async def test_a_reply_that_is_asked_for_anew_gets_nothing_of_the_old_one(scroll: Scroll) -> None:
    host = Host(scroll=scroll)
    async with host.run_test(size=(60, 12)):
        host.begin_turn(1, "Go.")
        host.apply(token("old words " * 400_000))
        host.apply(finished(End.CUT))
        host.view.set_turns([(host.turn, "base")])
        assert host.view.transcript.pending
        host.turn.forget("base")
        host.view.retry()
        host.apply(token("new words"))
        await until(lambda: not host.view.transcript.pending)
        assert host.everything == "Go.\nnew words"


@pytest.mark.parametrize("lines", [60, 4000])
async def test_a_turn_that_is_shown_anew_may_leave_the_person_where_they_are(lines: int) -> None:
    host = Host()
    async with host.run_test(size=(40, 12)) as pilot:
        host.begin_turn(1, "Count.")
        host.say(20)
        host.begin_turn(2, "Again.")
        first = host.view.turns[0]
        host.apply(token("".join(f"line {number}\n" for number in range(lines))))
        host.view.transcript.flush()
        await pilot.pause()
        turns = [(first, "base"), (host.turn, "base")]
        await until(lambda: not host.view.transcript.pending)
        host.view.transcript.scroll_to(y=lines // 2)
        await until(lambda: host.view.transcript.scroll_y == lines // 2)
        await pilot.pause()
        before = host.drawn
        assert before[0].startswith("▎ line")
        host.view.set_turns(turns, keep=True)
        await pilot.pause()
        assert host.drawn == before
        await until(lambda: not host.view.transcript.pending)
        await pilot.pause()
        assert host.drawn == before
        host.view.set_turns(turns)
        await until(lambda: host.drawn[0].startswith("── 2"))


async def test_the_end_is_shown_where_it_is_asked_for_and_held_if_all_fits() -> None:
    host = Host()
    async with host.run_test(size=(40, 12)) as pilot:
        for lines, at in ((4, "hold"), (40, "follow")):
            host.begin_turn(1, "Count.")
            host.say(lines)
            host.view.set_turns([(host.turn, "base")], show_end=True)
            await pilot.pause()
            assert f"line {lines - 1}" in host.text
            assert host.view.transcript.scroll_anchor.at == at
