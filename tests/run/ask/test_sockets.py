"""One prompt to several panes over sockets: at once, cancelled for real, and each pane failing alone."""

from pathlib import Path

import pytest

from alignscope.backends.embedded.engine import engine_problem
from alignscope.model.events import End, Finished, Token
from alignscope.model.lineup.pane import EMBEDDED, Lineup, Mode, Pane
from alignscope.model.reply import Reply
from alignscope.model.sampling import PRESETS
from alignscope.model.turn import TurnSettings
from alignscope.run.ask import Run
from alignscope.run.compose import Exchange
from alignscope.run.servers import Servers
from tests.standin import Flavour, Ollama, OpenAIStyle, Script

EVEN = PRESETS["even"].sampling


def pair(url: str) -> Lineup:
    return (
        Pane("base", "mistral:text", url, Mode.COMPLETION),
        Pane("instruct", "mistral:instruct", url, Mode.CHAT),
    )


async def fold(run: Run) -> dict[tuple[str, int], Reply]:
    replies: dict[tuple[str, int], Reply] = {}
    async for event in run.events():
        replies.setdefault((event.pane, event.sample), Reply(event.pane, event.sample)).apply(event)
    return replies


async def test_two_models_of_one_ollama_at_once(ollama: Ollama) -> None:
    ollama.default = Script(rate=100)
    lineup = pair(ollama.url)
    async with Servers(ollama.url) as servers:
        replies = await fold(Run(lineup, "Hi", TurnSettings(EVEN.on("num_predict", 30)), servers))
    assert all(reply.text and reply.end in (End.STOP, End.LENGTH) for reply in replies.values())
    (raw,), (chat,) = ollama.seen("/api/generate"), ollama.seen("/api/chat")
    assert raw.overlaps(chat)
    assert raw.body == replies["base", 1].request
    assert chat.body == replies["instruct", 1].request
    assert set(raw.body["options"]) == set(EVEN)


async def test_cancelling_closes_the_sockets(ollama: Ollama) -> None:
    ollama.default = Script(rate=200, endless=True)
    lineup = pair(ollama.url)
    async with Servers(ollama.url) as servers:
        run = Run(lineup, "Hi", TurnSettings(EVEN.off("num_predict")), servers)
        ends: dict[str, End] = {}
        tokens = 0
        async for event in run.events():
            tokens += isinstance(event, Token)
            if tokens == 20:
                assert len(ollama.open_now()) == 2
                run.cancel("base")
                tokens += 1
            if isinstance(event, Finished):
                ends[event.pane] = event.end
                if event.pane == "base":
                    await ollama.until(lambda: [seen.path for seen in ollama.open_now()] == ["/api/chat"])
                    run.cancel()
        assert ends == {"base": End.CANCELLED, "instruct": End.CANCELLED}
        await ollama.until(lambda: not ollama.open_now())


async def test_a_reply_that_falls_silent_is_given_up_in_its_pane_alone(ollama: Ollama) -> None:
    ollama.script("mistral:text", "stall")
    ollama.script("mistral:instruct", "late")
    async with Servers(ollama.url) as servers:
        await servers.get(ollama.url)
        replies = await fold(Run(pair(ollama.url), "Hi", TurnSettings(), servers, silence=2))
        await ollama.until(lambda: not ollama.open_now())
    base, instruct = replies["base", 1], replies["instruct", 1]
    assert (base.end, instruct.end) == (End.CUT, End.ERROR)
    assert base.text
    assert base.message == instruct.message
    assert f"{ollama.url} was silent for 2 seconds, the limit of --timeout" in base.message


@pytest.mark.parametrize("fault", ["stall", "cut", "reset", "malformed", "crash", "eof"])
async def test_a_fault_of_one_model_leaves_the_other_alone(ollama: Ollama, fault: str) -> None:
    ollama.script("mistral:text", fault)
    lineup = pair(ollama.url)
    async with Servers(ollama.url) as servers:
        run = Run(lineup, "Hi", TurnSettings(), servers)
        replies: dict[str, Reply] = {pane.name: Reply(pane.name) for pane in lineup}
        async for event in run.events():
            replies[event.pane].apply(event)
            if isinstance(event, Finished) and event.pane == "instruct" and fault == "stall":
                run.cancel()
    base, instruct = replies["base"], replies["instruct"]
    assert instruct.end in (End.STOP, End.LENGTH)
    assert instruct.text
    assert base.text
    assert base.end in ((End.CANCELLED,) if fault == "stall" else (End.CUT, End.ERROR))
    assert bool(base.message) == (fault != "stall")


async def test_the_oldest_turns_are_left_out_when_they_do_not_fit() -> None:
    history = [Exchange(f"{number} asks", "and the reply " * 20) for number in range(4)]
    async with OpenAIStyle(Flavour.LLAMA_CPP, context=150) as server, Servers(server.url) as servers:
        lineup = (Pane("chat", "stories", server.url, Mode.CHAT), Pane("base", "stories", server.url, Mode.COMPLETION))
        replies = await fold(Run(lineup, "Now?", TurnSettings(), servers, history={"chat": history, "base": history}))
        alone = await fold(Run(lineup, "too long " * 200, TurnSettings(), servers, history={"chat": history}))
    assert [len(seen.body["messages"]) for seen in server.seen("/v1/chat/completions")][:2] == [9, 5]
    for reply in replies.values():
        assert reply.end in (End.STOP, End.LENGTH)
        assert reply.message.startswith("The oldest 2 turns didn't fit into the context and went unsent.")
        assert "2 asks" in str(reply.request)
        assert "1 asks" not in str(reply.request)
    for reply in alone.values():
        assert reply.end is End.ERROR
        assert reply.message.startswith("The prompt does not fit into the context")


@pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")
async def test_a_carried_context_outlives_that_of_the_twins() -> None:
    async with Servers() as servers:
        context = (await (await servers.get(EMBEDDED)).look("twin:latest")).context_length or 0
        history = [Exchange("Tell me more.", "The old lamp fell. " * (context // 12)) for _ in range(6)]
        lineup = (
            Pane("base", "twin:text", EMBEDDED, Mode.COMPLETION),
            Pane("instruct", "twin:latest", EMBEDDED, Mode.CHAT),
        )
        settings = TurnSettings(EVEN.on("seed", 1).on("num_predict", 20))
        carried = {pane.name: history for pane in lineup}
        replies = await fold(Run(lineup, "And then?", settings, servers, history=carried))
    for reply in replies.values():
        assert reply.text
        assert "didn't fit into the context and went unsent" in reply.message


@pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")
async def test_the_twins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    lineup = (
        Pane("base", "twin:text", EMBEDDED, Mode.COMPLETION),
        Pane("instruct", "twin:latest", EMBEDDED, Mode.CHAT),
    )
    async with Servers() as servers:
        settings = TurnSettings(EVEN.on("seed", 1).on("num_predict", 50), samples=2, logprobs=2)
        replies = await fold(Run(lineup, "Hello", settings, servers))
    assert len(replies) == 4
    for reply in replies.values():
        assert reply.text
        assert reply.end in (End.STOP, End.LENGTH)
        assert len(reply.logprobs) == len(reply.texts)
    assert replies["base", 1].text == replies["base", 2].text
