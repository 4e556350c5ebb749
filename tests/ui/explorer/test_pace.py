"""A pace to read at: drawn later than it came, in all panes at once, and nothing of it lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from alignscope.files.locations import data_dir
from alignscope.model.events import End
from alignscope.model.launch import Launch
from alignscope.model.pace import paced_times
from alignscope.model.sampling import PRESETS
from alignscope.model.turn import CARRY, TurnSettings
from alignscope.sessions.library.store import Store
from alignscope.ui.widgets.transcript.layout import BlockKind
from tests.standin import Fault, Ollama, Script
from tests.ui.explorer.desk import Desk, explore

ENDLESS = TurnSettings(PRESETS["model"].sampling)
"""No limit of tokens is sent, so that a stream without an end has none however slow the machine is."""
A_LITTLE = 0.0005
"""Milliseconds behind a due time, since seconds and milliseconds are rounded; times are whole microseconds."""
WORDS = tuple(f"w{number} " for number in range(60))


class Paced(Desk):
    """The explorer at a pace, whose clock stands at the moment of sending unless the test moves it."""

    now = 0.0
    """Seconds on the clock of the pace."""

    def drawn(self, name: str, sample: int = 1, kind: BlockKind = BlockKind.REPLY, turn: int = -1) -> str:
        """What the transcript has of a pane's reply, whether or not that is in view."""
        blocks = self.pane(name).transcript._rows.blocks
        begins = [index for index, block in enumerate(blocks) if block.kind is BlockKind.PROMPT]
        ends = [*begins[1:], len(blocks)]
        own = blocks[begins[turn] : ends[turn]]
        return "".join(block.text for block in own if block.kind is kind and block.sample == sample)

    def all_drawn(self, turn: int = -1) -> bool:
        """Whether every pane has all of a turn's replies, each with its end below."""
        return all(
            self.drawn(name, sample, turn=turn) == reply.text
            and reply.ending in self.drawn(name, sample, BlockKind.END, turn)
            for (name, sample), reply in self.exploration.turns[turn].replies.items()
            if self.explorer.split.view(name)
        )

    async def until_drawn(self, tokens: int) -> None:
        """Move the clock to where so many tokens of the base are due, and wait until every pane has drawn what is."""
        turn = self.exploration.turns[-1]
        due = paced_times(turn, self.explorer.pacing.rate)
        ms = due["base", 1][tokens - 1] + A_LITTLE
        self.now = ms / 1000
        for (name, sample), times in due.items():
            if self.explorer.split.view(name):
                wanted = "".join(turn.replies[name, sample].texts[: sum(each <= ms for each in times)])
                await self.until(lambda at=(name, sample), wanted=wanted: self.drawn(*at) == wanted)  # type: ignore[misc]

    async def until_it_goes_on_at_ten_a_second(self) -> None:
        """Wait for more of the base, which isn't drawn as the clock stands, and then move that to where it came."""
        base = self.exploration.turns[-1].replies["base", 1]
        drawn = self.drawn("base").count("w")
        await self.until(lambda: len(base.texts) > drawn + 100)
        assert self.drawn("base").count("w") == drawn, "what came since waits for its time"
        self.now = base.times[-1] / 1000
        await self.until(lambda: self.drawn("base").count("w") > drawn)
        # One is due at once, and one more where its time is rounded; as they come it would be a hundred.
        assert self.drawn("base").count("w") <= drawn + 10 * self.now + 2

    async def sent(self, prompt: str = "Count.") -> None:
        """Send a prompt, and wait until all of its replies have come, drawn or not."""
        turns = len(self.exploration.turns)
        await self.send(prompt)
        await self.until_done(turns + 1)


@asynccontextmanager
async def paced(ollama: Ollama, pace: int = 10, **more: object) -> AsyncIterator[Paced]:
    ollama.default = Script(pieces=WORDS)
    async with explore(Launch(host=ollama.url, pace=pace, **more)) as desk:  # type: ignore[arg-type]
        made = Paced(desk.app, desk.pilot)
        desk.explorer.pacing.clock = lambda: made.now
        yield made


async def test_both_panes_are_drawn_token_by_token_on_one_clock(ollama: Ollama) -> None:
    async with paced(ollama) as desk:
        await desk.sent()
        assert [desk.drawn(name) for name in ("base", "instruct")] == ["", ""]
        await desk.until_drawn(7)
        assert desk.drawn("base") == "".join(WORDS[:7])
        await desk.until_shown("paced 10/s", "53 to come", "61 tok", "w6")
        assert "w7" not in desk.screen
        assert "ended by itself" in desk.screen, "the footer says so"
        assert "— ended by itself" not in desk.screen, "but not the text, of which there is more"
        await desk.until_drawn(30)
        await desk.until_drawn(60)
        assert desk.all_drawn()
        await desk.until(lambda: "to come" not in desk.screen)
        assert desk.screen.count("— ended by itself · 61 tokens") == 2


async def test_without_a_pace_nothing_is_held(ollama: Ollama) -> None:
    async with paced(ollama, pace=0) as desk:
        await desk.sent()
        await desk.until(desk.all_drawn)
        assert "paced" not in desk.screen
        assert not desk.explorer.pacing._scheduled


async def test_a_slower_model_is_drawn_as_it_comes(ollama: Ollama) -> None:
    async with paced(ollama, pace=1000, settings=ENDLESS) as desk:
        ollama.default = Script(pieces=WORDS, rate=5, endless=True)
        desk.without_limit()
        await desk.send("Count.")
        await desk.until(lambda: desk.exploration.running)
        desk.now = 1e6
        for count in (1, 2, 3):
            await desk.until(lambda count=count: desk.drawn("base").count("w") >= count)  # type: ignore[misc]
        assert desk.exploration.running
        await desk.press("escape")
        await desk.until_done()
        await desk.until(desk.all_drawn)


async def test_stop_ends_the_streams_and_shows_what_came(ollama: Ollama) -> None:
    async with paced(ollama, settings=ENDLESS) as desk:
        ollama.script("mistral:text", Script(pieces=WORDS, rate=300, endless=True))
        desk.without_limit()
        await desk.send("Count.")
        await desk.until(lambda: len(desk.exploration.turns[0].text("base")) > 200)
        await desk.until(lambda: desk.exploration.turns[0].replies["instruct", 1].end)
        assert "Stop" in desk.screen.splitlines()[-1]
        await desk.press("escape")
        await desk.until_done()
        await ollama.until(lambda: not ollama.open_now("/api/generate"))
        assert desk.exploration.turns[0].replies["base", 1].end is End.CANCELLED
        await desk.until(desk.all_drawn)
        assert desk.explorer.prompt.has_focus


async def test_stop_shows_what_is_still_drawn_and_only_then_leaves_the_prompt(ollama: Ollama) -> None:
    async with paced(ollama) as desk:
        await desk.sent()
        await desk.until(lambda: "Stop" in desk.screen.splitlines()[-1])
        await desk.press("escape")
        await desk.until(desk.all_drawn)
        assert desk.explorer.prompt.has_focus
        assert {reply.end for reply in desk.exploration.turns[0].replies.values()} == {End.STOP}
        await desk.until(lambda: "Stop" not in desk.screen.splitlines()[-1])
        await desk.press("escape")
        assert not desk.explorer.prompt.has_focus


async def test_an_escape_right_behind_the_last_token_drawn_was_meant_as_a_stop(ollama: Ollama) -> None:
    async with paced(ollama) as desk:
        desk.explorer.clock = lambda: desk.now
        await desk.sent()
        await desk.until_drawn(60)
        await desk.press("escape")
        assert desk.explorer.prompt.has_focus
        desk.now += 1
        await desk.press("escape")
        assert not desk.explorer.prompt.has_focus


async def test_skipping_shows_what_came_and_goes_on_at_the_pace(ollama: Ollama) -> None:
    async with paced(ollama, settings=ENDLESS) as desk:
        ollama.default = Script(pieces=WORDS, rate=300, endless=True)
        desk.without_limit()
        await desk.send("Count.")
        await desk.until(lambda: len(desk.exploration.turns[0].text("base")) > 200)
        desk.explorer.enter(desk.pane("base"))
        await desk.press("O")
        await desk.until(lambda: len(desk.drawn("base")) > 200)
        await desk.until_it_goes_on_at_ten_a_second()
        await desk.press("escape")
        await desk.until_done()
        await desk.until(desk.all_drawn)
        await desk.press("O")
        await desk.until_shown("All that came is shown already.")


async def test_a_key_turns_the_pace_in_mid_stream(ollama: Ollama) -> None:
    async with paced(ollama, pace=40, settings=ENDLESS) as desk:
        ollama.default = Script(pieces=WORDS, rate=200, endless=True)
        desk.without_limit()
        await desk.send("Count.")
        await desk.until(lambda: desk.exploration.turns and len(desk.exploration.turns[0].text("base")) > 100)
        desk.explorer.enter(desk.pane("base"))
        await desk.press("P")
        await desk.until_shown("Replies are drawn as they come.")
        assert "paced" not in desk.screen
        await desk.until(lambda: len(desk.drawn("base")) > 200)
        await desk.press("P")
        await desk.until_shown("drawn at 10 tokens a second at most. O shows all that came.", "paced 10/s")
        await desk.until(lambda: not desk.pane("base").transcript.pending)
        await desk.until_it_goes_on_at_ten_a_second()
        await desk.press("P", "P", "P")
        await desk.press("escape")
        await desk.until_done()
        await desk.until(desk.all_drawn)


async def test_a_new_prompt_first_shows_all_of_the_former_turn(ollama: Ollama) -> None:
    async with paced(ollama) as desk:
        await desk.sent("one")
        await desk.until_drawn(3)
        desk.now = 0.0
        await desk.sent("two")
        assert desk.all_drawn(0)
        assert desk.drawn("base") == ""
        await desk.until_drawn(2)
        await desk.press("escape")
        await desk.until(desk.all_drawn)


async def test_a_failure_is_told_below_its_text(ollama: Ollama) -> None:
    async with paced(ollama) as desk:
        ollama.script("mistral:text", Script(pieces=WORDS, fault=Fault.CUT, after=20))
        await desk.sent()
        reply = desk.exploration.turns[0].replies["base", 1]
        assert reply.failed and len(reply.texts) == 20
        await desk.until_drawn(19)
        assert not desk.drawn("base", kind=BlockKind.ERROR)
        await desk.until_drawn(20)
        assert reply.message in desk.drawn("base", kind=BlockKind.ERROR)
        assert desk.drawn("instruct") == "".join(WORDS[:20]), "the other pane goes on"


async def test_a_refusal_is_told_at_once(ollama: Ollama) -> None:
    async with paced(ollama) as desk:
        ollama.script("mistral:text", Script(status=500, error="no"))
        await desk.sent()
        assert desk.drawn("base", kind=BlockKind.ERROR)


async def test_samples_are_turned_and_stacked_while_they_are_drawn(ollama: Ollama) -> None:
    async with paced(ollama, settings=TurnSettings(samples=3)) as desk:
        await desk.sent()
        await desk.until_drawn(4)
        left = {sample: len(WORDS) - desk.drawn("base", sample).count("w") for sample in (1, 2, 3)}
        assert left[1] == 56 and min(left.values()) > 0
        await desk.until_shown("56 to come")
        desk.explorer.enter(desk.pane("base"))
        await desk.press("n")
        await desk.until_shown("showing 2 of 3", f"{left[2]} to come")
        await desk.press("a")
        await desk.until_shown("sample 3 of 3", f"{sum(left.values())} to come")
        desk.now = 1e6
        await desk.until(desk.all_drawn)


async def test_what_is_sent_along_and_copied_is_the_whole_reply(ollama: Ollama) -> None:
    async with paced(ollama, settings=TurnSettings(context=CARRY)) as desk:
        await desk.sent("one")
        assert desk.drawn("instruct") == ""
        assert desk.pane("instruct").reply_text() == "".join(WORDS)
        await desk.sent("two")
        assert ollama.seen("/api/chat")[1].body["messages"][1]["content"] == "".join(WORDS)


async def test_the_session_has_the_times_at_which_it_came(ollama: Ollama) -> None:
    async with paced(ollama) as desk:
        await desk.sent()
        times = {key: list(reply.times) for key, reply in desk.exploration.turns[0].replies.items()}
        await desk.until_drawn(5)
    store = Store(data_dir() / "sessions")
    (entry,) = store.list()
    kept = store.open(entry.path).turns[0]
    assert kept.text("base") == "".join(WORDS), "quitting while it is drawn loses nothing"
    for key, reply in kept.replies.items():
        assert list(reply.times) == pytest.approx(times[key], abs=0.01)
        assert reply.end is End.STOP


async def test_a_pane_that_is_taken_away_leaves_the_others_at_their_pace(ollama: Ollama) -> None:
    async with paced(ollama) as desk:
        await desk.sent()
        await desk.until_drawn(3)
        desk.explorer.enter(desk.pane("instruct"))
        await desk.press("X")
        await desk.until(lambda: len(desk.explorer.split.views) == 1)
        await desk.until_drawn(10)
        assert "w10" not in desk.screen
        await desk.until_drawn(60)
        assert desk.all_drawn()


async def test_another_screen_on_top_holds_nothing_up(ollama: Ollama) -> None:
    async with paced(ollama) as desk:
        await desk.sent()
        await desk.press("f3")
        await desk.until(lambda: desk.app.screen is not desk.explorer)
        await desk.until_drawn(20)
        await desk.press("escape")
        await desk.until_shown("w19")
        await desk.pilot.resize_terminal(60, 20)
        await desk.until_drawn(60)
        assert desk.all_drawn()


async def test_another_session_is_shown_as_a_whole(ollama: Ollama) -> None:
    async with paced(ollama) as desk:
        await desk.sent()
        session = desk.exploration.session.copy()
        await desk.until_drawn(2)
        await desk.explorer.resume(session)
        await desk.until(lambda: desk.drawn("base") == "".join(WORDS))
        assert desk.explorer.pacing.undrawn == 0
        desk.now = 0.0
        await desk.sent("more")
        await desk.until_drawn(2)


async def test_a_pane_that_is_asked_again_has_the_clock_to_itself(ollama: Ollama) -> None:
    async with paced(ollama) as desk:
        await desk.sent()
        await desk.until_drawn(10)
        desk.explorer.enter(desk.pane("base"))
        other = desk.drawn("instruct")
        await desk.press("R")
        await desk.until(lambda: desk.drawn("base") == "")
        await desk.until(lambda: len(desk.exploration.turns[0].text("base")) == len("".join(WORDS)))
        turn = desk.exploration.turns[0]
        alone = replace(turn, replies={("base", 1): turn.replies["base", 1]})
        fifth = paced_times(alone, 10)["base", 1][4] + A_LITTLE
        desk.now += fifth / 1000
        await desk.until(lambda: desk.drawn("base") == "".join(WORDS[:5]))
        await desk.until(lambda: len(desk.drawn("instruct")) > len(other))
        await desk.press("O")
        await desk.until(desk.all_drawn)


async def test_panes_asked_one_after_the_other_are_each_drawn_at_the_pace(ollama: Ollama) -> None:
    async with paced(ollama, settings=TurnSettings(one_after_other=True)) as desk:
        await desk.sent()
        for tokens in (5, 40, 60):
            await desk.until_drawn(tokens)
        desk.now += 60
        await desk.until(desk.all_drawn)


async def test_markdown_shows_the_reply_as_a_whole(ollama: Ollama) -> None:
    async with paced(ollama) as desk:
        await desk.sent()
        await desk.until_drawn(2)
        desk.explorer.enter(desk.pane("instruct"))
        await desk.press("m")
        await desk.until_shown("w59")
        await desk.press("m")
        assert desk.drawn("instruct") == "".join(WORDS)
        assert desk.drawn("base") == "w0 w1 "
