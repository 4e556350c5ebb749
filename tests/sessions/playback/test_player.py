"""The player: one clock over all replies, put anywhere, and always what folding the events would give."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignscope.model.events import End, Event, Finished, Started, Stats, Token
from alignscope.model.reply import Reply
from alignscope.model.turn import Turn
from alignscope.sessions.playback.player import INSTANT, SPEEDS, Player
from alignscope.sessions.playback.recording import TURN_GAP_MS, Step
from tests.sessions.recorded import events, turn, two_turns, with_logprobs

SECOND = 1000 + TURN_GAP_MS
"""When the second of `two_turns` begins."""


def texts(player: Player) -> dict[str, str]:
    """What the last turn that has begun shows, by pane."""
    frame = player.frame()
    return {reply.pane: reply.text for reply in frame[-1].replies.values()} if frame else {}


def columns(reply: Reply) -> dict[str, Any]:
    """All of a reply that can be compared."""
    return vars(reply)


def folded(steps: list[Step]) -> list[tuple[int, dict[tuple[str, int], dict[str, Any]]]]:
    """What a live screen has after these steps, by turn."""
    shown: list[Turn] = []
    for step in steps:
        if step.event is None:
            shown.append(turn(step.turn.number, step.turn.prompt))
        else:
            shown[-1].apply(step.event)
    return [(each.number, {key: columns(reply) for key, reply in each.replies.items()}) for each in shown]


def framed(player: Player) -> list[tuple[int, dict[tuple[str, int], dict[str, Any]]]]:
    """The same of a frame."""
    return [(shown.number, {key: columns(reply) for key, reply in shown.replies.items()}) for shown in player.frame()]


def test_one_clock_for_all_panes() -> None:
    player = Player(two_turns())
    player.seek(450)
    assert texts(player) == {"base": "One two", "instruct": "Hello!\n"}
    assert player.frame()[-1].replies["instruct", 1].end is End.STOP, "the fast one has finished"
    assert player.frame()[-1].replies["base", 1].end is None
    player.seek(499.9)
    assert texts(player)["base"] == "One two"
    player.seek(500)
    assert texts(player)["base"] == "One two three"
    assert player.length_ms == SECOND + 5100


def test_turns_follow_one_another() -> None:
    player = Player(two_turns())
    player.seek(SECOND - 1)
    assert [shown.number for shown in player.frame()] == [1]
    player.seek(SECOND + 100)
    one, two = player.frame()
    assert one is player.recording.turns[0], "earlier turns cost nothing"
    assert two.prompt == "Go on"
    assert texts(player) == {"base": "on", "instruct": ""}
    assert player.turn is player.recording.turns[1]


def test_events_are_those_of_a_live_reply() -> None:
    turns = two_turns()
    told = events("instruct", [(200, "Hello"), (300, "!"), (400, "\n")], ended_ms=450)
    player = Player(turns)
    player.seek(player.length_ms)
    steps = list(player.steps(0))
    assert [step.turn.number for step in steps if step.event is None] == [1, 2]
    first = [step.event for step in steps if step.turn is turns[0] and step.event]
    assert [event for event in first if event.pane == "instruct"] == told
    times = [event.ms for event in first]
    assert times == sorted(times)


def test_playing_takes_the_time_that_passed() -> None:
    player = Player(two_turns())
    seen = player.count
    player.advance(150)
    assert (player.ms, texts(player)["base"]) == (150, "One")
    due = [player.due_ms]
    player.change_speed(1)
    due.append(player.due_ms)
    assert due == [50, 25]
    player.advance(25)
    assert [type(step.event) for step in player.steps(seen)] == [Token, Token]
    assert not player.toggle()
    player.advance(1000)
    assert (player.ms, player.due_ms) == (200, None), "it stands still"
    assert player.toggle()
    player.advance(1e9)
    assert (player.ended, player.playing) == (True, False)
    assert texts(player) == {"base": "on and on", "instruct": "Hello again"}, "the last frame stays"
    assert player.toggle()
    assert player.ms == 0, "playing from the end begins anew"


def test_speeds() -> None:
    player = Player(two_turns())
    assert [player.change_speed(1) for _ in range(6)] == [2, 4, 8, 16, INSTANT, INSTANT]
    assert [player.change_speed(-1) for _ in range(9)] == [16, 8, 4, 2, 1, 0.5, 0.25, 0.25, 0.25]
    player.speed = 3
    assert (player.change_speed(1), player.speed) == (4, 4)
    assert SPEEDS[0] == 0.25
    player.speed = INSTANT
    assert player.due_ms == 0
    player.advance(0)
    assert player.ended


def test_idle_limit_is_a_view() -> None:
    turns = two_turns()
    player = Player(turns, idle_limit_ms=150)
    assert player.length_ms == 100 + 100 + 100 + 100 + 50 + 50 + 150 + 100 + 150 + 100 + 100 + 50 + 150
    player.seek(player.length_ms)
    player.toggle()
    player.seek_turn(-1)
    assert player.ms == 900, "marks are on the same clock"
    player.seek(960)
    player.limit_idle(None)
    assert player.ms == SECOND + 60, "the same place"
    assert player.length_ms == SECOND + 5100
    player.seek(SECOND + 3000)
    player.limit_idle(150)
    assert texts(player) == {"base": "on", "instruct": "Hello again"}
    assert player.ms == player.length_ms, "no further into the pause than there is of it"
    assert turns[1].replies["base", 1].times.tolist() == [100, 5100], "nothing recorded has changed"
    player.limit_idle(0)
    assert (player.ms, player.length_ms) == (0, 0)


def test_a_token_back_and_on() -> None:
    player = Player(two_turns())
    shown = []
    for _ in range(10):
        player.seek_token(1)
        shown.append(tuple(texts(player).values()))
    assert shown == [
        ("One", ""), ("One", "Hello"), ("One two", "Hello"), ("One two", "Hello!"), ("One two", "Hello!\n"),
        ("One two three", "Hello!\n"), ("One two three Four", "Hello!\n"), ("on", ""), ("on", "Hello again"),
        ("on and on", "Hello again"),
    ], "one by one, also when two came at the same moment"  # fmt: skip
    assert player.ms == SECOND + 5100
    assert player.frame()[-1].replies["base", 1].end is None
    player.seek_token(1)
    assert player.frame()[-1].replies["base", 1].end is End.CUT, "behind the last token, the end"
    back = []
    for _ in range(11):
        player.seek_token(-1)
        back.append(tuple(texts(player).values()))
    assert back[:2] == [("on", "Hello again"), ("on", "")]
    assert back[3] == ("One two three", "Hello!\n")
    assert player.ms == 0
    assert set(texts(player).values()) == {""}


def test_turns_tenths_and_seconds() -> None:
    player = Player(two_turns())
    player.seek_turn(1)
    assert player.ms == SECOND
    player.seek_turn(-1)
    assert player.ms == 0, "at a turn's beginning, the one before is meant"
    player.seek(SECOND + 3000)
    player.seek_turn(-1)
    assert player.ms == SECOND
    player.seek_turn(1)
    assert player.ended
    player.seek(player.length_ms * 0.3)
    assert player.ms == pytest.approx(player.length_ms * 0.3)
    player.seek(player.ms + player.length_ms * 0.1)
    assert player.ms == pytest.approx(player.length_ms * 0.4)
    player.seek(player.ms - 5000)
    assert player.ms == 0
    player.seek(player.ms + 1e9)
    assert player.ended


def test_marks() -> None:
    player = Player(two_turns())
    ends = [(mark.reply.pane, mark.reply.end) if mark.reply else ("", None) for _, mark in player.marks()]
    marks = [(ms, mark.turn.number, *end) for (ms, mark), end in zip(player.marks(), ends, strict=True)]
    assert marks == [
        (0, 1, "", None), (1000, 1, "base", End.LENGTH), (450, 1, "instruct", End.STOP),
        (SECOND, 2, "", None), (SECOND + 5100, 2, "base", End.CUT), (SECOND + 250, 2, "instruct", End.STOP),
    ]  # fmt: skip


def test_find_goes_to_where_the_text_is_complete() -> None:
    player = Player(two_turns())
    assert player.find("two thr") is True
    assert (player.ms, texts(player)["base"]) == (500, "One two three")
    assert player.find("hello") is True, "in either case"
    assert (player.ms, texts(player)["instruct"]) == (SECOND + 200, "Hello again")
    assert player.find("hello") is False, "from the start again"
    assert player.ms == 200
    assert player.find("go ON") is True
    assert (player.ms, texts(player)) == (SECOND, {})
    assert player.find("nowhere") is None
    assert player.ms == SECOND, "it stays where it is"
    assert player.find("") is None


def test_find_steps_through_a_reply() -> None:
    player = Player([turn(1, "x", events("base", [(10.0 * i, "ab") for i in range(1, 5)]))])
    places = []
    while player.find("ba"):
        places.append(player.ms)
    assert places == [20, 30, 40, 20][:3]


def test_a_reply_that_was_sent_later() -> None:
    """One pane after the other, on machines that can't hold both models."""
    late: list[Event] = [Started("instruct", 1, 2000.0, "u", {}), Token("instruct", 1, 2100.0, "Hi")]
    player = Player([turn(1, "x", events("base", [(100, "a")]), late)])
    player.seek(1999)
    assert list(player.frame()[0].replies) == [("base", 1)]
    player.seek(2000)
    assert list(player.frame()[0].replies) == [("base", 1), ("instruct", 1)]
    player.seek(player.length_ms)
    assert player.frame()[0].replies["instruct", 1].end is None, "one that never finished doesn't"


def test_a_reply_that_was_sent_later_ends_when_it_ended() -> None:
    """Its duration is from its own request on. Older files have the duration alone."""
    asked = Started("instruct", 1, 2000.0, "u", {})
    ended = Finished("instruct", 1, 2500.0, End.STOP, stats=Stats(duration_ms=500.0))
    late = turn(1, "x", events("base", [(100, "a")]), [asked, Token("instruct", 1, 2100.0, "Hi"), ended])
    player = Player([late])
    assert player.length_ms == 2500
    assert [step.event for step in player.recording.steps(0, len(player.recording))][-1] == ended
    late.replies["instruct", 1].ended_ms = None
    late.replies["instruct", 1].stats = Stats(duration_ms=2600.0)
    assert Player([late]).length_ms == 2600


@pytest.mark.parametrize("turns", [[], [turn(1, "nothing came")]])
def test_what_has_no_replies(turns: list[Turn]) -> None:
    player = Player(turns, start_ms=100)
    player.advance(10)
    for move in (player.seek_token, player.seek_turn):
        move(1)
        move(-1)
    player.seek(player.length_ms * 0.5)
    assert player.find("x") is None
    assert player.length_ms == 0
    assert player.ended
    assert len(player.frame()) == len(turns)
    player.limit_idle(10)
    assert not player.toggle() or not turns


def test_log_probabilities_and_thinking_are_played() -> None:
    recorded = with_logprobs()
    player = Player([recorded])
    player.seek(player.length_ms)
    tokens = [step.event for step in player.steps(0) if isinstance(step.event, Token)]
    assert tokens == [recorded.replies["instruct", 1].token(index) for index in range(2)]
    player.seek_token(-1)
    [reply] = player.frame()[0].replies.values()
    assert (reply.thinking, reply.text, reply.logprobs) == ("hm", "", {0: (-0.5, ())})


_PIECES = st.lists(st.tuples(st.integers(0, 50).map(lambda tens: tens * 10.0), st.text(max_size=3)), max_size=12).map(
    lambda pieces: sorted(pieces, key=lambda piece: piece[0])
)
REPLIES = st.lists(st.tuples(_PIECES, st.sampled_from([*End, None]), st.integers(0, 700)), min_size=1, max_size=4)


def made(number: int, replies: list[Any]) -> Turn:
    told = [
        events(
            "base", pieces, end, sample=sample, ended_ms=max([float(ended), *(ms for ms, _ in pieces)]), limit=sample
        )
        for sample, (pieces, end, ended) in enumerate(replies, 1)
    ]
    return turn(number, "prompt", *told)


@given(st.lists(REPLIES, max_size=3), st.none() | st.integers(0, 80), st.data())
def test_seeking_gives_what_playing_gives(content: list[Any], limit: int | None, data: st.DataObject) -> None:
    turns = [made(number, replies) for number, replies in enumerate(content, 1)]
    player = Player(turns, idle_limit_ms=limit)
    for _ in range(6):
        before = player.count
        match data.draw(st.integers(0, 4)):
            case 0:
                player.seek(data.draw(st.floats(-10, player.length_ms + 10)))
            case 1:
                player.seek_token(data.draw(st.sampled_from([1, -1])))
            case 2:
                player.seek_turn(data.draw(st.sampled_from([1, -1])))
            case 3:
                player.limit_idle(data.draw(st.none() | st.integers(0, 80)))
                assert player.count == before or player.idle_limit_ms is not None
            case 4:
                player.advance(data.draw(st.floats(0, 500)))
        assert 0 <= player.ms <= player.length_ms
        assert framed(player) == folded(list(player.recording.steps(0, player.count)))
    player.seek(player.length_ms)
    assert framed(player) == [
        (each.number, {key: columns(reply) for key, reply in each.replies.items()}) for each in turns
    ], "at the end everything is there"


def test_a_clock_that_ran_backwards() -> None:
    """In a file that somebody edited. The order of a reply's tokens stands; nothing is lost."""
    told: list[Event] = [
        Token("base", 1, 500.0, "a"),
        Token("base", 1, 100.0, "b"),
        Finished("base", 1, 50.0, End.STOP),
    ]
    player = Player([turn(1, "x", told)])
    player.seek(player.length_ms)
    assert texts(player) == {"base": "ab"}
    assert player.length_ms == 500
