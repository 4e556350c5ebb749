"""A pane: what its two lines say, samples, retrying, Markdown, and what can be copied."""

import pytest
from msgspec.structs import replace

from alignscope.model.events import End, Finished, Phase, Started, Stats, Waiting
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.lineup.tones import TONES
from alignscope.model.pace import Drawn
from alignscope.model.reply import Reply
from alignscope.model.sampling import Sampling
from alignscope.ui.widgets.pane.view import PaneView
from tests.ui.widgets.host import Host, finished, token
from tests.waiting import until


def chat(**options: str) -> PaneView:
    """A chat pane on the usual server."""
    return PaneView(Pane("base", "mistral:latest", "http://here", Mode.CHAT), default_server="http://here", **options)  # type: ignore[arg-type]


async def test_the_header_tells_who_speaks() -> None:
    pane = Pane("base", "mistral:text", "http://gpu:11434", Mode.COMPLETION, sampling=Sampling())
    host = Host(PaneView(pane, default_server="http://here"))
    async with host.run_test(size=(80, 10)):
        assert host.rows()[0].split() == ["≈", "base", "mistral:text", "completion", "@gpu:11434", "own", "sampling"]


@pytest.mark.parametrize("width", [20, 30, 39, 60, 80])
async def test_the_header_keeps_name_and_tag_when_there_is_little_room(width: int) -> None:
    pane = Pane("base", "registry.example/mistral-nemo:12b-text-q4_K_M", "http://here", Mode.COMPLETION)
    host = Host(PaneView(pane, default_server="http://here"))
    async with host.run_test(size=(width, 10)):
        row = host.rows()[0]
        assert row.startswith("  ≈ base")
        if width >= 39:
            assert "completion" in row
            assert "q4_K_M" in row


async def test_an_empty_pane_says_what_to_expect_in_its_mode() -> None:
    texts = {Mode.CHAT: "Replies come here. [b]Nothing is marked up.", Mode.COMPLETION: "It goes on here."}
    pane = Pane("base", "m", "", Mode.COMPLETION)
    host = Host(PaneView(pane, empty_text=lambda pane: texts[pane.mode]))
    async with host.run_test(size=(60, 10)) as pilot:
        assert "It goes on here." in host.text
        host.view.set_pane(replace(pane, mode=Mode.CHAT))
        await until(lambda: "Replies come here. [b]Nothing is marked up." in host.text)
        host.begin_turn(1, "Go.")
        await pilot.pause()
        assert "Replies come here" not in host.text
        host.view.set_turns([])
        await pilot.pause()
        assert "Replies come here" in host.text


async def test_the_footer_follows_a_reply_from_waiting_to_its_end() -> None:
    now = 0.0
    host = Host(PaneView(Pane("base", "m:text", "", Mode.COMPLETION), clock=lambda: now))
    async with host.run_test(size=(60, 10)) as pilot:
        host.begin_turn(1, "Go.")
        await pilot.pause()
        assert host.rows()[-1].strip() == "waiting"
        host.apply(Started("base", 1, 1, "http://x", {}, 40))
        host.apply(Waiting("base", 1, 10, Phase.LOADING))
        await pilot.pause()
        assert host.rows()[-1].strip() == "loading"
        now = 1.3
        await until(lambda: host.rows()[-1].strip() == "loading 1 s")
        for number in range(21):
            host.apply(token(" word", ms=210 + number * 50))
        await until(lambda: host.rows()[-1].split() == ["writing", "21", "tok", "20.0/s", "first", "0.21", "s"])
        now = 1.21 + 12
        await until(lambda: host.rows()[-1].startswith(" writing · silent for 12 s"))
        host.apply(token(" on", ms=now * 1000))
        await until(lambda: "silent" not in host.rows()[-1])
        stats = Stats(tokens=40, tokens_per_second=38.2, first_token_ms=210)
        host.apply(Finished("base", 1, 2000, End.LENGTH, "", stats))
        await pilot.pause()
        assert host.rows()[-1].split() == ["reached", "num_predict", "40", "tok", "38.2/s", "first", "0.21", "s"]
        assert "— reached num_predict · 40 tokens" in host.text


@pytest.mark.parametrize("end", list(End))
async def test_every_end_has_words_and_keeps_the_text(end: End) -> None:
    host = Host(chat(retry_hint="Press r to try again."))
    async with host.run_test(size=(60, 14)) as pilot:
        host.begin_turn(1, "Go.")
        host.apply(token("partial [x]"))
        host.apply(finished(end, "The server [b]went away." if end.failed else ""))
        await pilot.pause()
        assert "partial [x]" in host.text
        ending = host.view.replies[1].ending
        assert ending in host.rows()[-1]
        assert f"— {ending}" in host.text
        assert ("▌ The server [b]went away." in host.text) == end.failed
        assert ("▌ Press r to try again." in host.text) == end.failed
        assert host.view.reply_text() == "partial [x]"
        assert not host.view.running


async def test_thinking_stands_apart_from_the_reply() -> None:
    host = Host()
    async with host.run_test(size=(60, 14)) as pilot:
        host.begin_turn(1, "Go.")
        host.apply(token("let me see", thinking=True))
        await pilot.pause()
        host.apply(token("The answer"))
        await pilot.pause()
        rows = host.rows()
        assert rows[3:6] == [" thinking", "┊ let me see", "▎ The answer"]
        assert host.view.reply_text() == "The answer"


async def test_samples_one_at_a_time_or_stacked() -> None:
    host = Host()
    async with host.run_test(size=(60, 20)) as pilot:
        host.begin_turn(1, "Go.", samples=3)
        for sample in (1, 2, 3):
            host.apply(token(f"reply number {sample}", sample=sample))
        host.apply(finished(sample=2, tokens=3))
        await pilot.pause()
        assert "reply number 1" in host.text
        assert "reply number 2" not in host.text
        assert "showing 1 of 3" in host.rows()[-1]
        host.view.show_sample(2)
        await pilot.pause()
        assert "reply number 2" in host.text
        assert "ended by itself" in host.rows()[-1]
        assert host.view.reply_text() == "reply number 2"
        host.view.show_sample(None)
        host.apply(token(" goes on", sample=1))
        await pilot.pause()
        order = [
            host.text.index(text) for text in ("sample 1 of 3", "number 1 goes on", "sample 2", "number 2", "number 3")
        ]
        assert order == sorted(order)
        assert "2 of 3 running" in host.rows()[-1]


async def test_a_failed_reply_is_tried_again_in_its_place() -> None:
    host = Host()
    async with host.run_test(size=(60, 16)) as pilot:
        host.begin_turn(1, "Go.")
        host.apply(token("thought", thinking=True))
        host.apply(token("half a"))
        host.apply(finished(End.CUT, "It broke off."))
        await pilot.pause()
        host.turn.forget("base")
        host.view.retry()
        await pilot.pause()
        assert host.view.running
        for gone in ("half a", "It broke off.", "thinking", "broken off"):
            assert gone not in host.text
        host.apply(token("whole"))
        host.apply(finished())
        await pilot.pause()
        assert host.view.reply_text() == "whole"
        assert host.text.count("› Go.") == 1
        assert "ended by itself" in host.rows()[-1]


async def test_what_is_held_is_drawn_as_far_as_it_is_let_with_its_thinking_and_its_end_last() -> None:
    host = Host()
    async with host.run_test(size=(60, 16)) as pilot:
        host.begin_turn(1, "Go.", samples=2)
        host.view.held.begin()
        for text, thinking in (("hm", True), (" so", True), ("The", False), (" answer", False)):
            host.apply(token(text, thinking=thinking))
        host.apply(finished(End.ERROR, "It broke."))
        await pilot.pause()
        assert "hm" not in host.text and "It broke." not in host.text
        assert "4 to come" in host.rows()[-1]
        for count, shown in ((1, "┊ hm"), (3, "▎ The"), (4, "▎ The answer")):
            host.view.held.draw(1, Drawn(count))
            await until(lambda shown=shown: shown in host.rows())  # type: ignore[misc]
            assert ("It broke." in host.text) == (count == 4)
        assert host.rows()[4:7] == [" thinking", "┊ hm so", "▎ The answer"]
        assert 1 not in host.view.held
        host.apply(token("second", sample=2))
        host.apply(finished(End.CANCELLED, sample=2))
        host.view.show_sample(2)
        await until(lambda: "▎ second" in host.rows())
        assert host.text.count("— stopped") == 1, "what the person stopped is there at once"


async def test_replies_that_are_not_the_last_turns_change_nothing() -> None:
    host = Host()
    async with host.run_test(size=(60, 16)) as pilot:
        host.view.update_reply(Reply("base"), token("too early"))
        host.begin_turn(1, "Go.")
        host.apply(token("no such sample", sample=9))
        await pilot.pause()
        assert host.view.reply_text() == ""
        assert "too early" not in host.text and "no such" not in host.text


async def test_a_finished_chat_reply_can_be_seen_as_markdown_and_as_it_came() -> None:
    host = Host(chat())
    async with host.run_test(size=(60, 16)) as pilot:
        host.begin_turn(1, "Go.")
        assert host.view.toggle_markdown() == "There is no finished reply to show as Markdown yet."
        host.apply(token("# Title\n\nalpha\x85beta\u2028**gamma** \x1b[2J [link](http://x)"))
        host.apply(finished())
        assert host.view.toggle_markdown() == ""
        await pilot.pause()
        assert "# Title" not in host.text
        assert "Title" in host.text
        assert [host.text.count(word) for word in ("alpha", "beta", "gamma")] == [1, 1, 1]
        assert "\x1b" not in host.text
        assert host.view.toggle_markdown() == ""
        await pilot.pause()
        assert "# Title" in host.text
        host.view.toggle_markdown()
        host.begin_turn(2, "Next.")
        await pilot.pause()
        assert not host.view.markdown
        assert "› Next." in host.text


async def test_a_completion_is_never_shown_as_markdown() -> None:
    host = Host()
    async with host.run_test(size=(60, 16)):
        host.begin_turn(1, "Go.")
        host.apply(token("# x"))
        host.apply(finished())
        assert "exactly as it came" in host.view.toggle_markdown()


async def test_what_is_copied_is_what_came() -> None:
    host = Host()
    async with host.run_test(size=(60, 16)):
        host.begin_turn(1, "Once upon")
        host.apply(token(" a time\r\n\x1b[0m"))
        assert host.view.reply_text() == " a time\r\n\x1b[0m"


async def test_signs_tell_panes_apart_without_colour() -> None:
    views = [PaneView(Pane(tone, "m", "", Mode.CHAT), tone=tone) for tone in TONES]
    host = Host(*views)
    async with host.run_test(size=(200, 10)):
        signs = [word for word in host.rows()[0].split() if len(word) == 1 and word != "m"]
        assert signs == ["≈", "◆", "▲", "●"]
