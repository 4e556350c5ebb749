"""Replays at a pace: what came too fast to be read begins at one, and keys turn it."""

from alignscope.model.turn import Turn
from tests.sessions.recorded import events, turn, two_turns
from tests.ui.replay.test_replay_screen import watch
from tests.waiting import until

WORDS = [f"w{number} " for number in range(40)]


def blink() -> Turn:
    """Forty tokens in 40 ms of the base, then four of the instruct."""
    base = events("base", [(100 + number, word) for number, word in enumerate(WORDS)], ended_ms=140)
    return turn(1, "Go on", base, events("instruct", [(200 + n, f"i{n} ") for n in range(4)], ended_ms=204))


async def test_what_was_over_in_a_blink_begins_at_a_pace_and_says_so() -> None:
    async with watch([blink()]) as replay:
        assert "paced 20/s" in replay.text and "P Pace" in replay.text
        assert "/ 0:02.0" in replay.text
        replay.screen.player.seek(400)
        replay.screen.transport.moved()
        await replay.press()
        assert replay.replies() == ["w0 w1 w2 w3 w4 w5 w6 ", "i0 i1 i2 i3 "]
        replay.same_as_the_player()


async def test_what_can_be_read_is_played_as_recorded() -> None:
    async with watch() as replay:
        assert "paced" not in replay.text and "P Pace" not in replay.text


async def test_a_key_turns_the_pace_and_takes_nothing_away() -> None:
    async with watch([blink()]) as replay:
        await replay.press(*["full_stop"] * 12)
        before = replay.replies()
        for pace, length in (
            ("paced 40/s", "0:01.0"),
            ("", "0:00.2"),
            ("paced 10/s", "0:04.0"),
            ("paced 20/s", "0:02.0"),
        ):
            await replay.press("P")
            assert f"/ {length}" in replay.text and pace in replay.text and ("paced" in replay.text) == bool(pace)
            replay.same_as_the_player()
            assert all(now.startswith(then) for now, then in zip(replay.replies(), before, strict=True))
        await replay.press("plus")
        assert "2×   paced 20/s" in replay.text
        await replay.press("end")
        assert replay.replies() == ["".join(WORDS), "i0 i1 i2 i3 "]
        await replay.press("P", "home", "P")
        assert replay.ms == 0


async def test_playing_at_a_pace_shows_the_same_as_seeking() -> None:
    async with watch([blink(), *two_turns()[1:]], pace=40) as replay:
        player = replay.screen.player
        player.playing = True
        while not player.ended:
            player.advance(90)
            replay.screen.transport.follow()
            replay.same_as_the_player()


async def test_figures_are_the_recorded_ones_and_nobody_seems_silent() -> None:
    slow_to_draw = turn(1, "x", events("base", [(100.0 + n, "a ") for n in range(300)], None))
    async with watch([slow_to_draw], pace=10) as replay:
        replay.screen.player.seek(25_000)
        replay.screen.player.playing = True
        replay.screen.player.speed = 0.001
        replay.screen.transport.moved()
        await until(lambda: "writing" in replay.text and "250 tok" in replay.text)
        assert "silent" not in replay.text, "24 seconds after its last token by the clock of the pace"
        assert "1,000/s" in replay.text and "first 0.10 s" in replay.text


async def test_going_on_live_from_a_paced_moment_takes_what_was_seen() -> None:
    async with watch([blink()]) as replay:
        await replay.press(*["full_stop"] * 4)
        seen = replay.replies()
        await replay.press("l")
        (live,) = replay.app.returned
        assert [live.turns[0].text(name) for name in ("base", "instruct")] == seen
        assert live.parent is not None and live.parent.ms == 200, "when the last of it was recorded"


async def test_find_and_the_ends_of_the_line_work_at_a_pace() -> None:
    async with watch([blink()]) as replay:
        await replay.press("slash", *"w30", "enter")
        assert replay.replies()[0].endswith("w30") or replay.replies()[0].endswith("w30 ")
        await replay.press("5")
        assert replay.ms == 1025
        replay.same_as_the_player()
