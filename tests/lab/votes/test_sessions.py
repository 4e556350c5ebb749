"""A session's turns as pairs to vote on, and `alignscope sessions vote`."""

import asyncio
from pathlib import Path

import pytest

from alignscope.lab.votes.sessions import SessionPoll, kept_in
from alignscope.model.events import End
from alignscope.model.session import Session
from alignscope.model.turn import PaneRecord, Turn
from alignscope.model.vote import Vote, VotesError
from alignscope.sessions.format.file import read
from alignscope.sessions.recording.writer import Writer
from tests.commands.shell import LONG, Shell, Terminal
from tests.sessions.recorded import AT, LINEUP, events, turn


def session_of(*turns: Turn) -> Session:
    return Session("Greeting", AT, tuple(PaneRecord(pane) for pane in LINEUP), list(turns))


def both(number: int, prompt: str = "", samples: int = 1) -> Turn:
    """A turn that both panes answered, with as many samples; the instruct's are longer."""
    replies = [
        events(pane, [(10, f"{pane} {number}.{sample}{'!' * more}")], sample=sample)
        for sample in range(1, samples + 1)
        for pane, more in (("base", 0), ("instruct", 9))
    ]
    return turn(number, prompt or f"prompt {number}", *replies, samples=samples)


def kept(tmp_path: Path, *turns: Turn) -> Session:
    session = session_of(*turns)
    Writer.create(tmp_path / "sessions", session).close()
    return session


def texts(poll: SessionPoll) -> list[tuple[str, str]]:
    """The texts of each pair, in the lineup's order."""
    return [in_order(poll, place, shown.replies) for place in range(len(poll)) if (shown := poll.shown(place))]


def in_order(poll: SessionPoll, place: int, of_shown: tuple[str, ...]) -> tuple[str, str]:
    first, second = of_shown
    return (second, first) if poll.swapped(place) else (first, second)


def test_pairs_are_whole_replies_with_one_number() -> None:
    broken = turn(3, "x", events("base", [(1, "half")], End.CUT), events("instruct", [(1, "whole")]))
    alone = turn(4, "y", *(events("base", [(1, f"alone {n}")], sample=n) for n in range(1, 6)), samples=5)
    poll = SessionPoll(session_of(both(1), both(2, samples=2), broken, alone), lambda *_: None)
    assert sorted(texts(poll)) == [
        ("alone 1", "alone 2"), ("alone 3", "alone 4"), ("base 1.1", "instruct 1.1!!!!!!!!!"),
        ("base 2.1", "instruct 2.1!!!!!!!!!"), ("base 2.2", "instruct 2.2!!!!!!!!!"),
    ]  # fmt: skip
    assert {in_order(poll, place, poll.names(place)) for place in range(len(poll))} == {
        ("base", "instruct"), ("base 1", "instruct 1"), ("base 2", "instruct 2"), ("base 1", "base 2"),
        ("base 3", "base 4"),
    }  # fmt: skip


def test_order_and_sides_are_by_chance_and_always_the_same() -> None:
    session = session_of(*(both(number) for number in range(1, 41)))
    poll, again = (SessionPoll(session, lambda *_: None) for _ in range(2))
    assert texts(poll) == texts(again) != sorted(texts(poll))
    sides = [poll.swapped(place) for place in range(40)]
    assert sides == [again.swapped(place) for place in range(40)] and 8 < sum(sides) < 32


def test_votes_are_in_the_file_at_once_and_come_back(tmp_path: Path) -> None:
    session = kept(tmp_path, *(both(number) for number in range(1, 9)))
    assert session.path is not None
    with Writer.open(session) as writer:
        poll = SessionPoll(session, kept_in(writer))
        for place in range(8):
            said = list(Vote)[place % 4]
            poll.add(place, said.swapped if poll.swapped(place) else said)
            found = SessionPoll(read(session.path).session, lambda *_: None)
            assert found.vote(place) is list(Vote)[place % 4] and texts(found) == texts(poll)
        poll.undo(7)
    found = SessionPoll(read(session.path).session, lambda *_: None)
    assert [found.vote(place) for place in range(8)] == [*Vote, *list(Vote)[:3], None]
    # As A stands what was shown there.
    shown = [line for line in session.path.read_text().splitlines() if line.startswith("vote: ")]
    first = ["instruct" if poll.swapped(place) else "base" for place in range(8)]
    assert [f"first: {name}," in line for name, line in zip(first, shown, strict=False)] == [True] * 8


def test_a_vote_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    session = kept(tmp_path, both(1))
    assert session.path is not None
    with Writer.open(session) as writer:
        poll = SessionPoll(session, kept_in(writer))
        session.path.rename(tmp_path / "elsewhere")
        with pytest.raises(VotesError, match="taken away or renamed"):
            poll.add(0, Vote.TIE)
        assert poll.vote(0) is None


def test_a_pane_that_is_asked_again_loses_its_votes() -> None:
    asked = both(1)
    asked.put_vote(("base", 1), ("instruct", 1), Vote.FIRST)
    asked.copy().forget("base")
    assert len(asked.votes) == 1
    asked.forget("base")
    assert asked.votes == {}


def test_how_they_stand_is_told_for_every_two_panes() -> None:
    poll = SessionPoll(session_of(*(both(number, f"prompt {number % 12}") for number in range(1, 25))), lambda *_: None)
    for place in range(24):
        poll.add(place, Vote.TIE if place % 4 == 0 else Vote.FIRST if poll.swapped(place) else Vote.SECOND)
    lines = poll.standing()
    assert lines[0] == "24 of 24 pairs voted on: base better 0, instruct better 18, tie 6, both bad 0."
    assert "(24 votes on 12 prompts, few prompts)" in lines[1] and lines[1].startswith("instruct preferred, ties as ha")
    alone = turn(1, "y", *(events("base", [(1, f"alone {n}")], sample=n) for n in range(1, 3)), samples=2)
    poll = SessionPoll(session_of(alone), lambda *_: None)
    poll.add(0, Vote.TIE)
    assert poll.standing() == ["1 voted on between samples of one pane."]


async def test_the_command_shows_pairs_keeps_votes_and_says_how_they_stand(tmp_path: Path) -> None:
    session, shell = kept(tmp_path, both(1), both(2)), Shell(tmp_path)
    assert session.path is not None
    where = ("--sessions", str(tmp_path / "sessions"))
    done = await shell.run("sessions", "vote", session.name, *where)
    assert done.status == 2 and "voting needs a terminal; --summary does without one" in done.err
    with Terminal() as terminal:
        streams = dict.fromkeys(("stdin", "stderr"), terminal.end)
        async with shell.started("sessions", "vote", session.name, *where, **streams) as process:
            await terminal.until("1 of 2")
            terminal.press(b"t")
            await terminal.until("2 of 2")
            terminal.press(b"q")
            assert process.stdout is not None
            out = await asyncio.wait_for(process.stdout.read(), LONG)
            assert await asyncio.wait_for(process.wait(), LONG) == 0
    assert b"1 of 2 pairs voted on. The same command goes on" in out
    votes = [voted.vote for turn in read(session.path).session.turns for voted in turn.votes.values()]
    assert votes == [Vote.TIE]
    done = await shell.run("sessions", "vote", session.name, "--summary", *where)
    assert done.out.startswith("1 of 2 pairs voted on: base better 0, instruct better 0, tie 1, both bad 0.\n")


async def test_a_session_without_pairs_says_so(tmp_path: Path) -> None:
    session, shell = kept(tmp_path, turn(1, "x", events("base", [(1, "alone")]))), Shell(tmp_path)
    where = ("--sessions", str(tmp_path / "sessions"))
    done = await shell.run("sessions", "vote", session.name, "--summary", *where)
    assert "has no two whole replies to one prompt, so there is nothing to vote on" in done.out
