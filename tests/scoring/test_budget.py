"""Grafting by a budget: a pane writes its reply again, and its twin writes at a few places."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alignscope.measure.shift.budget import largest
from alignscope.measure.shift.comparison import compare
from alignscope.model.events import End, Token
from alignscope.model.lineup.pane import EMBEDDED, Mode, Pane
from alignscope.model.origin import Kind, Way
from alignscope.model.reply import Reply
from alignscope.model.sampling import PRESETS
from alignscope.model.score import Frame, Score, ScoreKey, own_positions
from alignscope.model.turn import Turn, TurnSettings
from alignscope.run.exploration import Exploration
from alignscope.run.going_on import budgeted
from alignscope.run.servers import Servers
from alignscope.scoring.budget import BudgetRun
from alignscope.scoring.turn_scoring import TurnScoring
from alignscope.sessions.library.store import Store
from tests.scoring.speaking import BASE, TWIN
from tests.standin import Ollama, Script

GREEDY = PRESETS["greedy"].sampling.on("num_predict", 20)
FRAME = Frame.CHAT


@asynccontextmanager
async def exploring(directory: Path) -> AsyncIterator[tuple[Ollama, Ollama, Exploration]]:
    """A base whose twin speaks another language, each on a server of its own; the twin's comes along."""
    async with (
        Ollama(script=Script(language=BASE)) as own,
        Ollama(script=Script(language=TWIN)) as twin,
        Servers() as servers,
    ):
        made = Exploration(servers)
        made.lineup = (
            Pane("base", "mistral:text", own.url, Mode.COMPLETION),
            Pane("twin", "mistral:text", twin.url, Mode.COMPLETION),
        )
        made.settings = TurnSettings(GREEDY, logprobs=20)
        made.record(directory)
        try:
            yield own, twin, made
        finally:
            await made.close()


async def scored(exploration: Exploration, pane: str, by: str, prompt: str = "Why?") -> tuple[Turn, Score]:
    turn = await exploration.begin(prompt)
    async for _ in exploration.play(turn):
        pass
    key = ScoreKey(pane, 1, by, FRAME)
    scoring = TurnScoring(turn, exploration.servers)
    scoring.start(key)
    await scoring.settled()
    assert turn.scores[key].whole
    return turn, turn.scores[key]


def places_of(turn: Turn, score: Score, percent: int) -> list[int]:
    """The places of a reply with the largest divergence."""
    own = own_positions(turn.replies[score.key.pane, 1])
    return largest(
        [compare(mine, other, wanted=20).js for mine, other in zip(own, score.positions, strict=True)], percent
    )


def writing(exploration: Exploration, turn: Turn, score: Score, places: list[int]) -> tuple[BudgetRun, int]:
    key = score.key
    text = score.positions[places[0]].alternatives[0].text
    source = turn.replies[key.pane, 1]
    beginning = budgeted(turn, source, places, text, by=turn.pane(key.by), frame=key.frame, percent=20)
    return BudgetRun(turn, beginning, exploration.servers), beginning.sample


async def written(exploration: Exploration, turn: Turn, score: Score, places: list[int]) -> Reply:
    run, sample = writing(exploration, turn, score, places)
    async for _ in exploration.go_on(turn, run.beginning, run):
        pass
    return turn.replies[score.key.pane, sample]


async def test_the_twin_writes_at_the_chosen_places_and_the_pane_elsewhere(tmp_path: Path) -> None:
    async with exploring(tmp_path) as (own, twin, exploration):
        turn, score = await scored(exploration, "base", "twin")
        places = places_of(turn, score, 20)
        assert len(places) == 4 and places[0] < places[-1] - 1
        before = [len(server.seen("/api/generate")) for server in (own, twin)]
        reply = await written(exploration, turn, score, places)
        text, expected = "Why?", list[str]()
        for place in range(len(reply.texts)):
            expected.append((TWIN if place in places else BASE).reply(text, 1)[0])
            text += expected[-1]
        assert reply.texts == expected
        assert reply.texts != turn.replies["base", 1].texts
        assert reply.end is End.LENGTH and reply.token_count == 20, "the pane's own tokens are limited, and counted"
        origin = reply.origin
        assert origin is not None and (origin.kind, origin.pane, origin.by) == (Kind.BUDGET, "base", "twin")
        assert (origin.places, origin.position, origin.kept) == (tuple(places), places[0], places[0] + 1)
        assert (origin.percent, origin.frame, origin.way) == (20, "chat", Way.RAW)
        asked = [len(server.seen("/api/generate")) - was for server, was in zip((own, twin), before, strict=True)]
        assert asked[1] == 3, "the first token is in the score, each other one is a request"
        told = f"twin wrote 4 of {len(reply.texts)} tokens, of 4 places chosen; {sum(asked)} requests."
        assert reply.message == told
        assert all(place not in reply.logprobs for place in places[1:]), (
            "the twin's tokens have no figures of the pane's"
        )
        assert exploration.session.path is not None
        await exploration.close()
        kept = Store(tmp_path).open(exploration.session.path).turns[-1].replies["base", 2]
        assert (kept.texts, kept.origin, kept.message) == (reply.texts, origin, reply.message)


async def test_a_chosen_place_that_is_not_reached_is_not_said_to_be_the_twins(tmp_path: Path) -> None:
    async with exploring(tmp_path) as (_, _, exploration):
        turn, score = await scored(exploration, "base", "twin")
        turn.settings = TurnSettings(GREEDY.on("num_predict", 3), logprobs=20)
        reply = await written(exploration, turn, score, [0, 2, 17])
        assert len(reply.texts) == 5 and reply.end is End.LENGTH
        assert reply.origin is not None and reply.origin.places == (0, 2)
        assert "twin wrote 2 of 5 tokens, of 3 places chosen" in reply.message


async def test_it_is_stopped_while_the_twin_is_asked_and_what_came_is_kept(tmp_path: Path) -> None:
    async with exploring(tmp_path) as (_, twin, exploration):
        turn, score = await scored(exploration, "base", "twin")
        twin.script("mistral:text", Script(delay=3600.0))
        run, sample = writing(exploration, turn, score, [2, 6])
        async for event, _ in exploration.go_on(turn, run.beginning, run):
            if isinstance(event, Token) and len(turn.replies["base", sample].texts) == 6:
                asyncio.get_running_loop().call_soon(exploration.stop_further)
        reply = turn.replies["base", sample]
        assert (reply.end, len(reply.texts)) == (End.CANCELLED, 6)
        assert reply.origin is not None and reply.origin.places == (2,)


async def test_a_twin_that_fails_is_named_and_what_came_is_kept(tmp_path: Path) -> None:
    async with exploring(tmp_path) as (_, twin, exploration):
        turn, score = await scored(exploration, "base", "twin")
        twin.script("mistral:text", Script(status=500, error="it is broken"))
        reply = await written(exploration, turn, score, [2, 6])
        assert (reply.end, len(reply.texts)) == (End.CUT, 6)
        assert reply.message.startswith("twin: ") and "it is broken" in reply.message


async def test_the_twins_go_both_ways_and_end_by_themselves() -> None:
    servers = Servers()
    exploration = Exploration(servers)
    exploration.lineup = (
        Pane("base", "twin:text", EMBEDDED, Mode.COMPLETION),
        Pane("instruct", "twin:latest", EMBEDDED, Mode.CHAT),
    )
    exploration.settings = TurnSettings(PRESETS["greedy"].sampling.on("num_predict", 24), logprobs=20)
    for pane, by in (("instruct", "base"), ("base", "instruct")):
        turn, score = await scored(exploration, pane, by, "What is the capital of France?")
        reply = await written(exploration, turn, score, places_of(turn, score, 20))
        assert reply.end in (End.STOP, End.LENGTH), reply.message
        assert reply.origin is not None and len(reply.origin.places) >= 1 and f"{by} wrote" in reply.message
        first = reply.origin.position
        assert reply.texts[:first] == turn.replies[pane, 1].texts[:first]
    await asyncio.gather(exploration.close(), servers.close())
