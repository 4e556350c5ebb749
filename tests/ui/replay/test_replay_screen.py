"""The replay screen, driven by keys: whatever it shows is what the player says has happened."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.binding import Binding
from textual.pilot import Pilot

from alignscope.model.events import End
from alignscope.model.launch import Playback
from alignscope.model.session import Session
from alignscope.model.turn import Turn
from alignscope.ui.screens.replay.screen import ReplayScreen
from alignscope.ui.widgets.timeline import Timeline, TimeMark, clock
from tests.sessions.recorded import AT, LINEUP, events, turn, two_turns
from tests.ui.screens.host import Host, save_picture, screen_text
from tests.waiting import until

SECOND = 2000.0
"""When the second of `two_turns` begins."""


class Watched:
    """A replay that is being watched, and stands still unless it is told to play."""

    def __init__(self, app: Host, pilot: Pilot[Any], screen: ReplayScreen) -> None:
        self.app, self.pilot, self.screen = app, pilot, screen

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until everything is drawn."""
        await self.pilot.press(*keys)
        await self.pilot.pause()
        await until(
            lambda: (
                self.screen not in self.app.screen_stack
                or not any(view.transcript.pending for view in self.screen.split.views)
            )
        )
        await self.pilot.pause()

    @property
    def ms(self) -> float:
        """What the clock says."""
        return round(self.screen.player.ms, 3)

    @property
    def text(self) -> str:
        """What the terminal shows."""
        return screen_text(self.app)

    def replies(self) -> list[str]:
        """What each pane has of its last turn."""
        return [view.reply_text() for view in self.screen.split.views]

    def same_as_the_player(self) -> None:
        """Every pane has what the player's frame has."""
        frame = self.screen.player.frame()
        for view in self.screen.split.views:
            name = view.pane.name
            assert [turn.number for turn in view.turns] == [turn.number for turn in frame]
            wanted = {sample: vars(reply) for sample, reply in frame[-1].replies_of(name).items()} if frame else {}
            assert {sample: vars(reply) for sample, reply in view.replies.items() if reply.request} == wanted, name


@asynccontextmanager
async def watch(
    turns: Sequence[Turn] | None = None, *, size: tuple[int, int] = (100, 30), playing: bool = False, **how: Any
) -> AsyncIterator[Watched]:
    session = Session("Greeting in Japanese", AT, turns=list(two_turns() if turns is None else turns))
    screen = ReplayScreen(session, Playback(**how))
    screen.player.playing = playing
    app = Host(screen=lambda: screen)
    async with app.run_test(size=size) as pilot:
        watched = Watched(app, pilot, screen)
        await watched.press()
        yield watched


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 12)])
async def test_it_shows_the_panes_the_line_and_the_clock(size: tuple[int, int]) -> None:
    async with watch(size=size) as replay:
        await replay.press("end")
        save_picture(replay.app, f"replay-{size[0]}x{size[1]}")
        text = replay.text
        assert "≈ base" in text and "◆ instruct" in text and "0:07.1 / 0:07.1" in text and "■" in text
        assert "turn 2 of 2" in text and "×" in text.splitlines()[-2], "the broken reply is marked"


async def test_the_keys_move_the_clock() -> None:
    async with watch() as replay:
        for key, wanted in [
            ("right", 5000), ("left", 0), ("shift+right", 710), ("greater_than_sign", 1420), ("ctrl+right", 2130),
            ("shift+left", 1420), ("less_than_sign", 710), ("ctrl+left", 0), ("5", 3550), ("9", 6390), ("0", 0),
            ("end", 7100), ("home", 0), ("right_square_bracket", SECOND), ("right_square_bracket", 7100),
            ("left_square_bracket", SECOND), ("left_square_bracket", 0), ("full_stop", 100), ("full_stop", 200),
            ("comma", 100), ("comma", 0),
        ]:  # fmt: skip
            await replay.press(key)
            assert replay.ms == pytest.approx(wanted), key
            replay.same_as_the_player()


async def test_a_fast_model_is_seen_to_finish_first() -> None:
    async with watch() as replay:
        await replay.press("full_stop", "full_stop", "full_stop", "full_stop", "full_stop")
        base, instruct = replay.replies()
        assert (base, instruct) == ("One two", "Hello!\n")
        replay.screen.player.seek(450)
        await replay.press("i", "i", "i", "i")
        replay.screen.transport.action_seek(0)
        await replay.press()
        rows = replay.text
        assert "ended by itself" in rows and "paused" in rows


async def test_it_plays_by_itself_and_stays_on_the_last_frame() -> None:
    async with watch(speed=16.0, playing=True) as replay:
        await until(lambda: replay.screen.player.ended)
        await replay.press()
        assert replay.replies() == ["on and on", "Hello again"]
        assert "■ 0:07.1" in replay.text
        replay.same_as_the_player()
        replay.screen.player.speed = 0.001  # so that it can't end before it is looked at
        await replay.press("space")
        assert (replay.screen.player.playing, replay.ms < 7100) == (True, True), "from the end it plays again"
        await replay.press("space")
        assert (replay.screen.player.playing, "║" in replay.text) == (False, True)


async def test_playing_shows_the_same_as_seeking() -> None:
    async with watch() as replay:
        player = replay.screen.player
        player.playing = True
        for _ in range(71):
            player.advance(100)
            replay.screen.transport.follow()
            replay.same_as_the_player()
        stepped = [view.transcript._rows for view in replay.screen.split.views]
        played = [[(block.kind, block.text) for block in rows.blocks] for rows in stepped]
        await replay.press("home", "end")
        sought = [
            [(block.kind, block.text) for block in view.transcript._rows.blocks] for view in replay.screen.split.views
        ]
        assert sought == played


async def test_playing_goes_on_from_any_moment() -> None:
    async with watch() as replay:
        await replay.press("1", "3", "full_stop")
        replay.screen.player.playing = True
        for _ in range(50):
            replay.screen.player.advance(100)
            replay.screen.transport.follow()
            replay.same_as_the_player()


async def test_speed_and_pauses_are_options_and_keys() -> None:
    async with watch(speed=2.0, idle_limit_ms=1000.0, start_ms=200.0) as replay:
        assert "2×" in replay.text and "pauses up to 1 s" in replay.text and replay.ms == 200
        await replay.press("plus", "plus")
        assert "8×" in replay.text
        await replay.press("minus", "minus", "minus", "minus", "minus", "minus")
        assert "0.25×" in replay.text
        await replay.press("i")
        assert "pauses up to 0.3 s" in replay.text
        await replay.press("i")
        assert "pauses" not in replay.text
        await replay.press(*["equals_sign"] * 9)
        assert "all at once" in replay.text


async def test_instant_shows_everything_at_once() -> None:
    async with watch(speed=float("inf"), playing=True) as replay:
        await until(lambda: replay.screen.player.ended)
        await replay.press()
        assert replay.replies() == ["on and on", "Hello again"]


async def test_finding_text() -> None:
    async with watch() as replay:
        await replay.press("slash", *"three", "enter")
        assert replay.ms == 500 and replay.replies()[0] == "One two three"
        await replay.press("slash", "enter")
        assert replay.ms == 500 and "from the start again" in replay.text
        await replay.press("slash", *"zebra", "enter")
        assert "is in no prompt and no reply" in replay.text
        await replay.press("slash", *"0 [7", "left", "escape")
        assert replay.ms == 500, "what is typed is text, and no key of the replay"
        assert not replay.app.returned


async def test_the_mouse_moves_the_clock() -> None:
    async with watch() as replay:
        await replay.pilot.click(Timeline, offset=(98, 1))
        assert replay.ms == 7100
        await replay.pilot.click(Timeline, offset=(1, 1))
        assert replay.ms == 0


async def test_going_on_live_from_the_middle_takes_what_was_seen() -> None:
    async with watch() as replay:
        replay.screen.session.path = None
        replay.screen.player.seek(SECOND + 300)
        await replay.press("l")
        (live,) = replay.app.returned
        assert isinstance(live, Session)
        assert [each.number for each in live.turns] == [1, 2]
        assert live.turns[1].text("base") == "on", "what came later was not seen"
        assert live.turns[1].replies["base", 1].end is End.CANCELLED
        assert live.parent is not None and (live.parent.turn, live.parent.ms) == (2, 300)
        assert replay.screen.session.turns[1].text("base") == "on and on", "the recording is as it was"


async def test_going_on_live_from_the_end_takes_everything() -> None:
    async with watch() as replay:
        await replay.press("end", "l")
        (live,) = replay.app.returned
        assert live.turns[1].text("base") == "on and on"
        assert live.parent.ms is None


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_leaving(key: str) -> None:
    async with watch() as replay:
        await replay.press(key)
        assert replay.app.returned == [None]


async def test_a_session_without_turns() -> None:
    async with watch([]) as replay:
        assert "nothing in this session to play" in replay.text
        await replay.press(
            "space", "right", "end", "5", "full_stop", "comma", "right_square_bracket", "l", "c", "z", "n", "y"
        )
        assert not replay.app.returned


async def test_samples_and_zoom() -> None:
    replies = (
        events(name, [(1, text)], sample=sample)
        for sample, text in enumerate(("first", "second"), 1)
        for name in ("base", "instruct")
    )
    two = turn(1, "p", *replies, samples=2)
    async with watch([two]) as replay:
        await replay.press("end")
        assert "first" in replay.text and "second" not in replay.text
        await replay.press("n")
        assert "second" in replay.text and "first" not in replay.text.replace("first 0", "")
        await replay.press("a")
        assert "sample 2 of 2" in replay.text
        assert "no two open alike" in replay.text
        await replay.press("home")
        assert "no two open alike" not in replay.text, "neither has ended yet"
        await replay.press("end")
        await replay.press("z")
        assert "◆ instruct" not in replay.text


async def test_seeking_in_a_long_session_shows_the_right_text_at_once() -> None:
    random.seed(7)
    words = [random.choice(["naïve ", "of the ", "line\n", "日本語", "considerable "]) for _ in range(20_000)]
    pieces = [(index * 10.0, word) for index, word in enumerate(words)]
    long = [turn(1, "p", events("base", pieces), events("instruct", pieces))]
    async with watch(long) as replay:
        await replay.press("u")
        for tenth in ("7", "3", "9", "1"):
            await replay.pilot.press(tenth)
            last = replay.screen.split.views[0].transcript._rows.blocks[-1]
            shown = "".join(words[: int(len(words) * int(tenth) / 10)])
            assert shown[-300:].rstrip("\n") in last.text + "\n", "the end is there before the rest is laid out"
            await replay.press()
            assert abs(len(last.text) - len(shown)) < 30
        await replay.press("end")
        block = replay.screen.split.views[0].transcript._rows.blocks[-2]
        assert block.text == "".join(words)
        piecewise = type(block)(block.kind)
        for word in words:
            piecewise.append(word, replay.screen.split.views[0].transcript._rows.wrapper(block.kind))
        assert block.rows == piecewise.rows, "laid out as if it had come token by token"


async def test_another_lineup_in_a_later_turn() -> None:
    first, second = two_turns()
    second.lineup = (LINEUP[0], LINEUP[1].__class__("third", "m", "http://localhost:1", LINEUP[1].mode))
    second.replies = {
        ("third" if pane == "instruct" else pane, sample): reply for (pane, sample), reply in second.replies.items()
    }
    for reply in second.replies.values():
        reply.pane = "third" if reply.pane == "instruct" else reply.pane
    async with watch([first, second], size=(150, 30)) as replay:
        await replay.press("end")
        assert "third" in replay.text and replay.replies() == ["on and on", "Hello!\n", "Hello again"]


async def test_text_of_a_stranger_does_nothing() -> None:
    bad = turn(1, "\x1b]0;x\x07[/]", events("base", [(1, "[red]\x1b[31m\u202e[@click=app.quit]x[/]")]))
    bad.note = "[/]\x1b[2J"
    async with watch([bad]) as replay:
        replay.screen.session.title = "[bold]\x1b[1mt"
        await replay.press("end")
        assert "\x1b" not in replay.text and "\u202e" not in replay.text and "[@click=app.quit]x[/]" in replay.text


def test_no_two_bindings_share_a_key_and_each_says_what_it_does() -> None:
    seen: dict[str, str] = {}
    for binding in ReplayScreen.BINDINGS:
        assert isinstance(binding, Binding)
        assert binding.id and binding.description and binding.tooltip
        for key in binding.key.split(","):
            assert key not in seen, f"{key}: {seen.get(key)} and {binding.id}"
            seen[key] = binding.id


@pytest.mark.parametrize(
    ("ms", "whole", "wanted"),
    [(0, 0, "0:00.0"), (7350, 0, "0:07.3"), (61_000, 600_000, "1:01"), (3_723_000, 0, "1:02:03"), (-5, 0, "0:00.0")],
)
def test_clock(ms: float, whole: float, wanted: str) -> None:
    assert clock(ms, whole) == wanted


async def test_a_timeline_of_nothing_and_of_crowds() -> None:
    app = Host(lambda: Timeline())
    async with app.run_test(size=(20, 5)) as pilot:
        line = app.query_one(Timeline)
        line.set_marks(0, [TimeMark(0, "1")])
        line.set_position(0, "x" * 50, "")
        await pilot.pause()
        line.set_marks(10, [TimeMark(n / 10, str(n)) for n in range(100)] + [TimeMark(5, "◆", "instruct")] * 3)
        line.set_position(99, "words", "more words than there is room for")
        await pilot.pause()
        assert "◆" in screen_text(app)


async def test_the_first_key_is_called_by_what_it_does() -> None:
    async with watch(speed=0.25) as replay:
        for word in ("Play", "Pause", "Play"):
            await until(lambda word=word: f"space {word} " in replay.text.splitlines()[-1])  # type: ignore[misc]
            await replay.press("space")
