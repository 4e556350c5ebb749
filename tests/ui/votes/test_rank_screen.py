"""Several replies ranked at once, driven by keys: letters in order make a vote on every two of them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from alignscope.lab.votes.ballots import BallotBox, ballots
from alignscope.lab.votes.index import Index
from alignscope.lab.votes.ranking import RankPoll, in_words
from alignscope.model.launch import Launch
from alignscope.model.vote import Ranking, Vote
from alignscope.ui.app import AlignscopeApp
from alignscope.ui.screens.votes.rank import RankScreen
from tests.lab import runs
from tests.ui.screens.host import screen_text
from tests.waiting import until


class Ranker:
    """A person who ranks a run's replies."""

    def __init__(self, app: AlignscopeApp, pilot: Pilot[Any], poll: RankPoll, index: Index) -> None:
        self.app, self.pilot, self.poll, self.index = app, pilot, poll, index

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until_shown(self, text: str) -> None:
        await until(lambda: text in screen_text(self.app))

    @property
    def said(self) -> dict[tuple[str, str], Vote]:
        """What was said of each two texts, in the order in which they were shown at the first place."""
        shown = self.poll.shown(0)
        assert shown is not None
        votes = {}
        for (first, second, _), vote in ballots(self.index.folder).items():
            one, other = (row.text for key in (first, second) if (row := self.index.row(key)))
            votes[one, other], votes[other, one] = vote, vote.swapped
        return {two: votes[two] for two in combinations(shown.replies, 2) if two in votes}


@asynccontextmanager
async def ranking(folder: Path, *entries: str, size: tuple[int, int] = (120, 30)) -> AsyncIterator[Ranker]:
    index = Index(folder)
    arms = [arm for arm in index.arms if not entries or arm.entry in entries]
    with BallotBox(folder) as box:
        poll = RankPoll(index, box, arms)

        def load(told: Callable[[float], None]) -> RankPoll:
            return poll

        app = AlignscopeApp(Launch(theme="lamp"), lambda: RankScreen(load, print))
        async with app.run_test(size=size) as pilot:
            await until(lambda: any(there in screen_text(app) for there in ("voted on", "the end")))
            yield Ranker(app, pilot, poll, index)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three models, two prompts, and of the base five samples of the first."""
    rows = []
    for number in range(2):
        shared = {"prompt_id": f"p{number}", "prompt": f"prompt {number}"}
        rows += [runs.row(**shared, text=f"r{number} of b"), runs.chat(**shared, text=f"r{number} of c")]
        rows.append(runs.chat(**shared, entry="sft", role="other", text=f"r{number} of s"))
    rows += [runs.row(prompt_id="p0", sample=sample, text=f"r0 of b{sample}") for sample in range(2, 6)]
    return runs.folder(tmp_path / "run", rows)


async def test_letters_in_order_are_a_vote_on_every_two(folder: Path) -> None:
    async with ranking(folder) as person:
        await person.until_shown("1 of 2  ·  0 voted on")
        assert not {"base", "chat", "sft"} & set(screen_text(person.app).split())
        await person.press("c")
        await person.until_shown("C > …")
        await person.until_shown("C  1.")
        await person.press("a")
        await person.until_shown("Kept: C > A > B.")
        assert list(person.said.values()) == [Vote.FIRST, Vote.SECOND, Vote.SECOND]
        await person.until_shown("2 of 2  ·  1 voted on")
        await person.press("w")
        names = person.poll.names(0)
        assert sorted(names) == ["base", "chat", "sft"]
        await person.until_shown(f"The group before: A was {names[0]}, B was {names[1]}, C was {names[2]}.")
        await person.press("b", "t")
        await person.until_shown("2 of 2 groups ranked.")


async def test_the_rest_can_be_tied_and_all_can_be_bad(folder: Path) -> None:
    async with ranking(folder) as person:
        await person.press("b", "t")
        assert list(person.said.values()) == [Vote.SECOND, Vote.TIE, Vote.FIRST]
        await person.press("u")
        await person.until_shown("1 of 2  ·  0 voted on")
        assert person.said == {}
        await person.press("x")
        assert set(person.said.values()) == {Vote.BOTH_BAD} and len(person.said) == 3


async def test_a_place_is_taken_back_before_a_ranking_is(folder: Path) -> None:
    async with ranking(folder) as person:
        await person.press("a", "a")
        await person.until_shown("A has its place already")
        await person.press("d")  # there is none
        await person.press("u")
        await person.until_shown("That place is taken back.")
        assert "1." not in screen_text(person.app) and person.said == {}
        await person.press("u")
        await person.until_shown("There is nothing to take back")
        await person.press("a", "s")
        await person.until_shown("2 of 2  ·  0 voted on")
        await person.press("b", "c")
        await person.until_shown("1 of 2 groups ranked.")
        assert person.said == {}


async def test_four_samples_of_one_model_and_going_on(folder: Path) -> None:
    async with ranking(folder, "base") as person:
        shown = person.poll.shown(0)
        assert len(person.poll) == 1 and shown is not None and len(shown.replies) == 4
        assert sorted(person.poll.names(0)) == ["sample 1", "sample 2", "sample 3", "sample 4"]
        await person.until_shown(" D")
        await person.press("d", "c", "b")
        await person.until_shown("1 of 1 group ranked.")
        assert list(person.said.values()) == [Vote.SECOND] * 6
    async with ranking(folder, "base") as person:
        await person.until_shown("1 of 1 group ranked.")


@pytest.mark.parametrize("size", [(40, 24), (80, 24), (200, 60)])
async def test_every_reply_is_there_at_any_size(folder: Path, size: tuple[int, int]) -> None:
    async with ranking(folder, "base", size=size) as person:
        shown = person.poll.shown(0)
        assert shown is not None
        for text in shown.replies:
            await person.until_shown(text)


def test_a_ranking_is_written_with_letters() -> None:
    assert in_words(Ranking(((1,), (0, 2)))) == "B > A ~ C"
    assert in_words(Ranking(((0, 1),), bad=True)) == "all bad"
