"""An exploration in progress, without a screen: sessions are gone on with, forked and run again; panes are retried."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from alignscope.model.events import End, Finished
from alignscope.model.lineup.pane import Lineup, Mode, Pane
from alignscope.model.sampling import PRESETS
from alignscope.model.session import Session
from alignscope.model.turn import CARRY, Turn, TurnSettings
from alignscope.run.exploration import Exploration
from alignscope.run.servers import Servers
from alignscope.sessions.library.opening import open_to_continue
from alignscope.sessions.library.store import Store
from alignscope.sessions.names import session_of
from tests.standin import Ollama, Script
from tests.waiting import HANGS

SHORT = PRESETS["even"].sampling.on("num_predict", 4)


def lineup(url: str) -> Lineup:
    return (Pane("base", "mistral:text", url, Mode.COMPLETION), Pane("instruct", "mistral:instruct", url, Mode.CHAT))


@pytest_asyncio.fixture
async def exploration(servers: Servers, ollama: Ollama, tmp_path: Path) -> AsyncIterator[Exploration]:
    made = Exploration(servers)
    made.lineup = lineup(ollama.url)
    made.settings = TurnSettings(SHORT)
    made.record(tmp_path)
    yield made
    await made.close()


async def send(exploration: Exploration, prompt: str) -> Turn:
    turn = await exploration.begin(prompt)
    async for _ in exploration.play(turn):
        pass
    return turn


def kept(directory: Path) -> dict[str, Session]:
    """The sessions on disk, by title."""
    store = Store(directory)
    return {session.title: session for session in (store.open(entry.path) for entry in store.list())}


def held(directory: Path) -> set[Path | None]:
    """The sessions that are written to."""
    return {session_of(path) for path in directory.glob(".*.lock")}


async def test_a_session_is_gone_on_with_as_its_last_turn_was_sent(exploration: Exploration, tmp_path: Path) -> None:
    exploration.settings = TurnSettings(SHORT, context=CARRY, scaffold="qa", one_after_other=True)
    await send(exploration, "one")
    assert await exploration.resume(Session("other", exploration.session.created)) == ""
    assert exploration.turns == []
    exploration.lineup, exploration.settings = (), TurnSettings()
    session, writer, why = open_to_continue(Store(tmp_path), kept(tmp_path)["one"].path or Path())
    assert (session.title, why) == ("one", "")
    assert await exploration.resume(session, writer) == ""
    turn = await send(exploration, "two")
    assert turn.number == 2
    assert (turn.settings, turn.lineup) == (session.turns[0].settings, session.turns[0].lineup)
    await exploration.close()
    assert [turn.prompt for turn in kept(tmp_path)["one"].turns] == ["one", "two"]


async def test_what_another_process_writes_is_gone_on_with_in_a_fork(exploration: Exploration, tmp_path: Path) -> None:
    await send(exploration, "one")
    assert exploration.recorder is not None
    await asyncio.wrap_future(exploration.recorder.flush())
    session, writer, why = open_to_continue(Store(tmp_path), exploration.session.path or Path())
    assert writer is None
    assert why
    assert session.parent is not None
    assert (session.parent.name, session.parent.turn) == (exploration.session.name, 1)


async def test_a_fork_waits_for_what_is_coming_and_names_where_it_came_from(
    exploration: Exploration, tmp_path: Path
) -> None:
    await send(exploration, "one")
    before = exploration.session
    sending = asyncio.create_task(send(exploration, "two"))
    await asyncio.sleep(0)
    assert await exploration.fork(1) == ""
    assert {reply.end for reply in (await sending).replies.values()} == {End.LENGTH}
    assert [turn.prompt for turn in exploration.turns] == ["one"]
    await send(exploration, "else")
    await exploration.close()
    session = Store(tmp_path).open(exploration.session.path or "")
    assert [turn.prompt for turn in session.turns] == ["one", "else"]
    assert session.parent is not None
    assert before.name
    assert (session.parent.name, session.parent.turn) == (before.name, 1)


async def test_a_turn_is_run_again_as_it_was_in_a_session_of_its_own(
    exploration: Exploration, ollama: Ollama, tmp_path: Path
) -> None:
    exploration.set(context=CARRY, samples=2)
    await send(exploration, "one")
    turn = await send(exploration, "two")
    exploration.set(context="fresh", samples=1)
    before = exploration.session
    asked = [request.body for request in ollama.seen("/api/generate")][-2:]
    ended = [event async for event, _ in exploration.again(before, turn) if isinstance(event, Finished)]
    assert len(ended) == 4
    assert [request.body for request in ollama.seen("/api/generate")][-2:] == asked
    assert (exploration.session, len(exploration.turns)) == (before, 2), "the exploration is where it was"
    assert held(tmp_path) == {before.path}, "the other session is let go of"
    again = kept(tmp_path)["one (again)"]
    assert [turn.prompt for turn in again.turns] == ["one", "two"]
    assert again.turns[-1].settings == turn.settings
    assert again.parent is not None
    assert (again.parent.name, again.parent.turn) == (before.name, 2)


async def test_a_pane_is_asked_again_while_another_still_writes(
    exploration: Exploration, ollama: Ollama, tmp_path: Path
) -> None:
    ollama.script("mistral:text", "memory", "well")
    ollama.script("mistral:instruct", Script(rate=200, endless=True))
    exploration.set_sampling(SHORT.off("num_predict"))
    turn = await exploration.begin("one")
    stream = exploration.play(turn)
    while turn.replies.get(("base", 1)) is None or turn.replies["base", 1].end is None:
        await anext(stream)
    assert turn.replies["base", 1].end is End.ERROR
    async for _ in exploration.play(turn, "base"):
        pass
    instruct = turn.replies["instruct", 1]
    assert instruct.end is None, "the other pane is left alone"
    written = len(instruct.texts)
    while len(instruct.texts) < written + 5:
        await anext(stream)
    ended = asyncio.create_task(exploration.ended(turn, "instruct"))
    await asyncio.sleep(0)
    await stream.aclose()
    await asyncio.wait_for(ended, HANGS)
    await exploration.close()
    [session] = kept(tmp_path).values()
    [recorded] = session.turns
    assert recorded.replies["base", 1].end is End.STOP
    assert recorded.replies["instruct", 1].end is End.CANCELLED
    assert recorded.replies["instruct", 1].text == instruct.text


async def test_models_that_push_each_other_out_are_told_of_once_all_have_replied(servers: Servers) -> None:
    async with Ollama(max_loaded=1) as server:
        exploration = Exploration(servers)
        exploration.lineup = lineup(server.url)
        exploration.settings = TurnSettings(SHORT)
        assert "don't fit into the memory" in await exploration.memory_advice(await send(exploration, "x"))
        exploration.set(one_after_other=True)
        assert await exploration.memory_advice(await send(exploration, "x")) == ""


async def test_a_pane_has_ended_while_the_other_is_silent(exploration: Exploration, ollama: Ollama) -> None:
    ollama.script("mistral:instruct", Script(delay=3600))
    ollama.script("mistral:text", Script(("a", " b"), rate=20))
    turn, both = await exploration.begin("x"), asyncio.Event()

    async def play() -> None:
        async for _ in exploration.play(turn):
            if len(turn.replies) == 2:
                both.set()

    playing = asyncio.create_task(play())
    async with asyncio.timeout(HANGS):
        await both.wait()
        await exploration.ended(turn, "base")
        assert turn.replies["base", 1].end is End.STOP and not playing.done()
        exploration.stop()
        await playing
        await exploration.ended(turn, "instruct")
    assert turn.replies["instruct", 1].end is End.CANCELLED


async def test_a_context_that_loads_a_model_anew_is_told_of_before(exploration: Exploration) -> None:
    await send(exploration, "x")
    assert await exploration.reload_advice() == ""
    exploration.set_sampling(SHORT.on("num_ctx", 8192))
    assert "8192" in await exploration.reload_advice()
    assert exploration.unlink("base") and exploration.unlink("instruct")
    exploration.set_sampling(SHORT)
    assert "8192" in await exploration.reload_advice(), "each pane's own sampling counts"
