"""Blind votes, driven by keys: what is shown tells nobody whose it is, and what is said is kept at once."""

import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot

from alignscope.lab.row import Row
from alignscope.lab.votes.ballots import BallotBox, ballots, votes_of
from alignscope.lab.votes.index import Index
from alignscope.lab.votes.poll import RunPoll
from alignscope.model.launch import Launch
from alignscope.model.vote import Poll, Vote, VotesError
from alignscope.ui.app import AlignscopeApp
from alignscope.ui.screens.votes.screen import VotesScreen
from tests.lab import runs
from tests.ui.screens.host import screen_text
from tests.waiting import until

HOSTILE = "red \x1b[31m \u202e [b]bold[/b] [/]"


class Voting:
    """A person who votes on a run."""

    def __init__(self, app: AlignscopeApp, pilot: Pilot[Any], folder: Path) -> None:
        self.app, self.pilot = app, pilot
        index = Index(folder)
        self.folder = folder
        self.pairs = index.pairs(*index.arms)

    @property
    def text(self) -> str:
        return screen_text(self.app)

    @property
    def votes(self) -> list[Vote | None]:
        """What is kept of each pair."""
        kept = votes_of(self.folder, self.pairs)
        return [kept.get(pair) for pair in self.pairs]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until_shown(self, text: str) -> None:
        await until(lambda: text in self.text)

    def at(self, side: str) -> float:
        """How far something is scrolled."""
        return self.app.screen.query_one(f"#votes-{side}", VerticalScroll).scroll_y


@asynccontextmanager
async def voting(folder: Path, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Voting]:
    problems: list[str] = []
    with BallotBox(folder) as box:

        def load(told: Callable[[float], None]) -> Poll[Vote]:
            index = Index(folder, told)
            return RunPoll(index, box, (index.arms[0], index.arms[1]))

        app = AlignscopeApp(Launch(theme="lamp"), lambda: VotesScreen(load, problems.append))
        async with app.run_test(size=size) as pilot:
            await until(lambda: isinstance(app.screen, VotesScreen))
            person = Voting(app, pilot, folder)
            await until(lambda: "Blind votes" in person.text and "reading rows" not in person.text)
            await pilot.pause()
            yield person


def made(prompts: int, base: str = "{} goes on", chat: str = "{} answers") -> Sequence[Row]:
    every = []
    for number in range(prompts):
        shared = {"prompt_id": f"p{number}", "prompt": f"prompt {number}"}
        every.append(runs.row(**shared, text=base.format(f"r{number}")))
        every.append(runs.chat(**shared, text=chat.format(f"r{number}")))
    return every


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return runs.folder(tmp_path / "run", made(4))


async def test_a_vote_is_kept_at_once_and_for_the_right_model(folder: Path) -> None:
    async with voting(folder) as person:
        for number, pair in enumerate(person.pairs):
            await person.until_shown(f"{number + 1} of 4  ·  {number} voted on")
            reply = person.text.index(f"r{pair.prompt[1][1:]} goes on")
            on_the_left = person.text[:reply].rsplit("\n", 1)[-1].strip() == ""
            assert on_the_left is not pair.swapped
            await person.press("a" if on_the_left else "b")
            assert person.votes[number] is Vote.FIRST
        await person.until_shown("4 of 4 pairs voted on: base better 4, chat better 0, tie 0, both bad 0.")
        await person.until_shown("With fewer than 10 votes no share is told.")


async def test_every_key_says_what_it_says(folder: Path) -> None:
    async with voting(folder) as person:
        await person.press("t", "x", "s")
        await person.until_shown("4 of 4  ·  2 voted on")
        assert person.votes == [Vote.TIE, Vote.BOTH_BAD, None, None]
        await person.press("t")
        await person.until_shown("You skipped 1; they come again the next time.")
        assert person.votes == [Vote.TIE, Vote.BOTH_BAD, None, Vote.TIE]


async def test_undo_goes_back_a_pair_at_a_time(folder: Path) -> None:
    async with voting(folder) as person:
        await person.press("u")
        await person.until_shown("There is nothing to take back")
        await person.press("t", "s", "x", "u")
        await person.until_shown("Taken back.")
        await person.until_shown("3 of 4  ·  1 voted on")
        await person.press("u", "u")
        await person.until_shown("1 of 4  ·  0 voted on")
        assert person.votes == [None] * 4 and ballots(folder) == {}
        await person.press("t", "t", "t", "t")
        await person.until_shown("tie 4")
        await person.press("u")
        await person.until_shown("4 of 4  ·  3 voted on")
        await person.until_shown(f"r{person.pairs[3].prompt[1][1:]} goes on")  # as wide as there is room


async def test_names_are_told_after_the_vote_and_on_a_key_only(folder: Path) -> None:
    async with voting(folder) as person:
        await person.press("w")
        await person.until_shown("Names are told of the pair before, once it has a vote.")
        assert "chat" not in person.text and "base" not in person.text
        await person.press("a")
        assert "chat" not in person.text and "base" not in person.text
        await person.press("w")
        a, b = ("chat", "base") if person.pairs[0].swapped else ("base", "chat")
        await person.until_shown(f"The pair before: A was {a}, B was {b}. You said: A better.")
        await person.press("s", "w")
        await person.until_shown("Names are told of the pair before, once it has a vote.")


async def test_going_on_begins_where_one_left(folder: Path) -> None:
    async with voting(folder) as person:
        await person.press("t", "s", "x", "escape")
        await until(lambda: not person.app.is_running)
    async with voting(folder) as person:
        await person.until_shown("2 of 4  ·  2 voted on")
        await person.press("a")
        await person.until_shown("4 of 4  ·  3 voted on")
        await person.press("a", "q")  # in one packet
        await until(lambda: not person.app.is_running)
        assert None not in person.votes


async def test_long_replies_scroll_together_or_each(tmp_path: Path) -> None:
    long = "{} " + "\n".join(f"line {number}" for number in range(200))
    async with voting(runs.folder(tmp_path, made(2, long, long)), (80, 24)) as person:
        await person.press("pagedown")
        assert person.at("a") == person.at("b") > 0
        await person.press("home", "tab", "down")
        await person.until_shown("A scrolls")
        assert (person.at("a"), person.at("b")) == (1, 0)
        await person.press("tab", "j", "j")
        await person.until_shown("B scrolls")
        assert (person.at("a"), person.at("b")) == (1, 2)
        await person.press("t")
        await person.until_shown("2 of 2")
        assert (person.at("a"), person.at("b")) == (0, 0)


async def test_what_models_wrote_is_drawn_and_not_obeyed(tmp_path: Path) -> None:
    rows = [runs.row(prompt=HOSTILE, text=HOSTILE), runs.chat(prompt=HOSTILE, text=" \n")]
    async with voting(runs.folder(tmp_path, rows)) as person:
        assert person.text.count("red ␛[31m � [b]bold[/b] [/]") == 2
        assert "Nothing was written." in person.text


async def test_blanks_around_a_reply_do_not_give_it_away(tmp_path: Path) -> None:
    async with voting(runs.folder(tmp_path, made(1, "  {} goes on \n\n")), (40, 20)) as person:
        shown = [row.rstrip() for row in person.text.splitlines()]
        assert " r0 goes on" in shown and " r0 answers" in shown


async def test_a_narrow_terminal_has_one_below_the_other(folder: Path) -> None:
    async with voting(folder, (40, 20)) as person:
        rows = [row.strip() for row in person.text.splitlines()]
        assert "› A" in rows and "› B" in rows
        assert any(row.endswith("goes on") for row in rows) and any(row.endswith("answers") for row in rows)


async def test_a_vote_that_cannot_be_written_is_said_and_its_pair_stays(folder: Path) -> None:
    (folder / "votes.jsonl").mkdir()
    async with voting(folder) as person:
        await person.press("a")
        await person.until_shown("Not kept:")
        await person.until_shown("1 of 4  ·  0 voted on")


async def test_the_screen_is_there_before_the_rows_are_read(folder: Path) -> None:
    go_on, problems = threading.Event(), list[str]()

    with BallotBox(folder) as box:

        def load(told: Callable[[float], None]) -> Poll[Vote]:
            told(0.42)
            go_on.wait()
            index = Index(folder)
            return RunPoll(index, box, (index.arms[0], index.arms[1]))

        app = AlignscopeApp(Launch(theme="lamp"), lambda: VotesScreen(load, problems.append))
        async with app.run_test(size=(100, 30)) as pilot:
            try:
                await until(lambda: "reading rows: 42%" in screen_text(app))
                await pilot.press("a", "u", "w", "tab", "down")
                assert "reading rows: 42%" in screen_text(app) and ballots(folder) == {}
            finally:
                go_on.set()
            await until(lambda: "1 of 4  ·  0 voted on" in screen_text(app))
            await pilot.press("t")
            await until(lambda: len(ballots(folder)) == 1)
    assert problems == []


async def test_rows_that_cannot_be_read_are_said_after_the_screen_has_left(folder: Path) -> None:
    problems: list[str] = []

    def load(told: Callable[[float], None]) -> Poll[Vote]:
        raise VotesError("there are no pairs")

    app = AlignscopeApp(Launch(theme="lamp"), lambda: VotesScreen(load, problems.append))
    async with app.run_test(size=(100, 30)):
        await until(lambda: not app.is_running)
    assert problems == ["there are no pairs"]
