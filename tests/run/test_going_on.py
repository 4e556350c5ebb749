"""Replies that go on from the beginning of others, on every kind of server: exactly behind what was kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from alignscope.model.events import Alternative, End, Started, Token
from alignscope.model.lineup.pane import EMBEDDED, Mode, Pane
from alignscope.model.origin import Kind, Way
from alignscope.model.reply import Reply
from alignscope.model.sampling import PRESETS
from alignscope.model.turn import CARRY, Turn, TurnSettings
from alignscope.run.exploration import Exploration
from alignscope.run.going_on import Beginning, NoBeginningError, grafted, rerolled, taken
from alignscope.run.servers import Servers
from alignscope.sessions.format import file
from alignscope.sessions.library.opening import open_to_continue
from alignscope.sessions.library.store import Store
from alignscope.sessions.names import journal_of
from alignscope.sessions.recording.recovery import recover
from tests.standin import Flavour, Ollama, OpenAIStyle, Script
from tests.standin.replies.language import Language
from tests.standin.web import Server
from tests.standin.writing import rendered

SPOKEN = Language("spoken")
GREEDY = PRESETS["greedy"].sampling.on("num_predict", 8)
SETTINGS = TurnSettings(GREEDY, logprobs=5)
CHAT = rendered([{"role": "user", "content": "Why?"}])


@asynccontextmanager
async def exploring(
    kind: str, servers: Servers, directory: Path, *, prefills: bool = True
) -> AsyncIterator[tuple[Server, Exploration]]:
    """A completion pane and a chat pane on a server that speaks one language."""
    script = Script(language=SPOKEN)
    server: Ollama | OpenAIStyle
    if kind == "ollama":
        server = Ollama(script=script)
        server.prefills = prefills
    else:
        server = OpenAIStyle(Flavour(kind), script=script, prefills=prefills)
    model = "mistral:text" if kind == "ollama" else "stories"
    async with server:
        made = Exploration(servers)
        made.lineup = (
            Pane("base", model, server.url, Mode.COMPLETION),
            Pane("instruct", model, server.url, Mode.CHAT),
        )
        made.settings = SETTINGS
        made.record(directory)
        try:
            yield server, made
        finally:
            await made.close()


async def asked(exploration: Exploration, prompt: str = "Why?") -> Turn:
    turn = await exploration.begin(prompt)
    async for _ in exploration.play(turn):
        pass
    return turn


async def gone_on(exploration: Exploration, turn: Turn, beginning: Beginning) -> Reply:
    async for _ in exploration.go_on(turn, beginning):
        pass
    return turn.replies[beginning.pane.name, beginning.sample]


def file_text(exploration: Exploration) -> str:
    assert exploration.session.path is not None
    return exploration.session.path.read_text()


def reopened(exploration: Exploration, directory: Path) -> Turn:
    """The last turn as its file has it."""
    assert exploration.session.path is not None
    return Store(directory).open(exploration.session.path).turns[-1]


@pytest.mark.parametrize("prefills", [True, False])
@pytest.mark.parametrize("kind", ["ollama", "llamacpp", "vllm"])
async def test_a_model_goes_on_behind_the_token_that_was_taken(
    kind: str, prefills: bool, servers: Servers, tmp_path: Path
) -> None:
    async with exploring(kind, servers, tmp_path, prefills=prefills) as (_, exploration):
        turn = await asked(exploration)
        for name, before, way in (("base", "Why?", Way.RAW), ("instruct", CHAT, None)):
            source = turn.replies[name, 1]
            assert source.texts == SPOKEN.reply(before, 8)
            listed = source.logprobs[3][1]
            beginning = taken(turn, source, 3, listed[2].text, listed)
            reply = await gone_on(exploration, turn, beginning)
            prefix = [*source.texts[:3], listed[2].text]
            assert reply.texts == prefix + SPOKEN.reply(before + "".join(prefix), 8), name
            assert reply.origin is not None
            origin = reply.origin
            assert (origin.kind, origin.pane, origin.sample) == (Kind.ALTERNATIVE, name, 1)
            assert (origin.position, origin.kept, origin.taken, origin.resplit) == (3, 4, listed[2].text, False)
            assert origin.way is (way or (Way.PREFILL if prefills else Way.RENDERED))
            assert reply.token_count == 8, "what was kept isn't counted as generated"
            assert reply.logprobs[3][1] == listed, "the list that the token was taken from"
            assert reply.logprobs[3][0] == listed[2].logprob
            assert reply.logprobs[1] == source.logprobs[1]
            assert reply.logprobs[4][1][0].text == reply.texts[4]
        assert sorted(turn.replies) == [("base", 1), ("base", 2), ("instruct", 1), ("instruct", 2)]


async def test_a_server_that_shows_nothing_is_not_trusted(servers: Servers, tmp_path: Path) -> None:
    async with exploring("lmstudio", servers, tmp_path) as (server, exploration):
        turn = await asked(exploration)
        sent = len([seen for seen in server.requests if seen.path == "/v1/chat/completions"])
        reply = await gone_on(exploration, turn, taken(turn, turn.replies["instruct", 1], 2, " w7"))
        assert (reply.end, reply.origin is not None) == (End.ERROR, True)
        assert "doesn't show how it renders a chat" in reply.message and "completion mode" in reply.message
        assert len([seen for seen in server.requests if seen.path == "/v1/chat/completions"]) == sent
        reply = await gone_on(exploration, turn, taken(turn, turn.replies["base", 1], 2, " w7"))
        assert (reply.end, reply.texts[2]) == (End.LENGTH, " w7")


@pytest.mark.parametrize("kind", ["ollama", "llamacpp"])
async def test_a_twin_goes_on_after_the_first_tokens_of_the_other(kind: str, servers: Servers, tmp_path: Path) -> None:
    async with exploring(kind, servers, tmp_path) as (_, exploration):
        turn = await asked(exploration)
        for name, other, before in (("base", "instruct", "Why?"), ("instruct", "base", CHAT)):
            source = turn.replies[other, 1]
            reply = await gone_on(exploration, turn, grafted(turn, source, 2, turn.pane(name)))
            assert reply.texts == source.texts[:2] + SPOKEN.reply(before + "".join(source.texts[:2]), 8)
            assert reply.origin is not None
            assert (reply.origin.kind, reply.origin.pane, reply.origin.position) == (Kind.GRAFT, other, 2)
            assert not {0, 1} & set(reply.logprobs), "another model's figures aren't this one's"


async def test_drawing_again_leaves_the_seed_out(servers: Servers, ollama: Ollama, tmp_path: Path) -> None:
    async with exploring("ollama", servers, tmp_path) as (server, exploration):
        exploration.settings = TurnSettings(PRESETS["pure"].sampling.on("num_predict", 8).on("seed", 7))
        turn = await asked(exploration)
        source = turn.replies["base", 1]
        reply = await gone_on(exploration, turn, rerolled(turn, source, 5))
        assert reply.texts[:5] == source.texts[:5] and reply.kept == 5
        body = [seen for seen in server.requests if seen.path == "/api/generate"][-1].body
        assert body["prompt"] == "Why?" + "".join(source.texts[:5]) and "seed" not in body["options"]
        reply = await gone_on(exploration, turn, rerolled(turn, source, 0))
        assert (reply.sample, reply.kept, reply.end) == (3, 0, End.LENGTH)


async def test_what_cant_be_gone_on_from_is_refused_in_words(servers: Servers, tmp_path: Path) -> None:
    async with exploring("ollama", servers, tmp_path) as (_, exploration):
        turn = await asked(exploration)
        source = turn.replies["base", 1]
        with pytest.raises(NoBeginningError, match="always takes the likeliest"):
            rerolled(turn, source, 2)
        with pytest.raises(NoBeginningError, match="has no text"):
            taken(turn, source, 2, "")
        with pytest.raises(NoBeginningError, match="cut in two"):
            taken(turn, source, 2, "\ufffd")
        with pytest.raises(NoBeginningError, match="as far as that"):
            taken(turn, source, 99, "x")
        with pytest.raises(NoBeginningError, match="No token of base has come"):
            grafted(turn, source, 0, turn.pane("instruct"))
        source.apply(Token("base", 1, 1e6, " \ufffd"))
        with pytest.raises(NoBeginningError, match="cut in two"):
            grafted(turn, source, 9, turn.pane("instruct"))
        source.apply(Token("base", 1, 1e6, "\ud83d"))
        source.apply(Token("base", 1, 1e6, " and"))
        with pytest.raises(NoBeginningError, match="broken bytes"):
            grafted(turn, source, 11, turn.pane("instruct"))
        turn.apply(Started("base", 64, 0.0, "", {}))
        with pytest.raises(NoBeginningError, match="as many replies"):
            taken(turn, source, 2, "x")


async def test_it_is_kept_and_opened_again(servers: Servers, tmp_path: Path) -> None:
    async with exploring("llamacpp", servers, tmp_path) as (_, exploration):
        turn = await asked(exploration)
        first = await gone_on(exploration, turn, taken(turn, turn.replies["base", 1], 3, " w9"))
        await gone_on(exploration, turn, grafted(turn, first, 4, turn.pane("instruct")))
        await exploration.close()
        found = reopened(exploration, tmp_path)
        assert {key: (reply.texts, reply.origin) for key, reply in found.replies.items()} == {
            key: (reply.texts, reply.origin) for key, reply in turn.replies.items()
        }
        assert found.samples == 2 and found.settings.samples == 1
        text = file_text(exploration)
        assert text.count("\nturn: 1\n") == 1 and text.count("\nfurther: 1\n") == 2, (
            "the first replies aren't written twice"
        )


async def test_it_is_kept_in_a_session_that_was_opened_again(servers: Servers, tmp_path: Path) -> None:
    async with exploring("llamacpp", servers, tmp_path) as (_, exploration):
        await asked(exploration)
        await exploration.close()
        assert exploration.session.path is not None
        session, writer, _ = open_to_continue(Store(tmp_path), exploration.session.path)
        await exploration.resume(session, writer)
        turn = exploration.turns[-1]
        await gone_on(exploration, turn, taken(turn, turn.replies["instruct", 1], 1, " w9"))
        await exploration.close()
        assert sorted(reopened(exploration, tmp_path).replies) == [("base", 1), ("instruct", 1), ("instruct", 2)]


async def test_a_pane_that_is_asked_again_keeps_no_reply_that_went_on_from_its_old_one(
    servers: Servers, tmp_path: Path
) -> None:
    async with exploring("llamacpp", servers, tmp_path) as (_, exploration):
        turn = await asked(exploration)
        await gone_on(exploration, turn, taken(turn, turn.replies["base", 1], 1, " w9"))
        await gone_on(exploration, turn, taken(turn, turn.replies["instruct", 1], 1, " w9"))
        async for _ in exploration.play(turn, "base"):
            pass
        await exploration.close()
        assert sorted(turn.replies) == sorted(reopened(exploration, tmp_path).replies)
        assert sorted(turn.replies) == [("base", 1), ("instruct", 1), ("instruct", 2)]


async def test_it_can_be_stopped_and_what_came_is_kept(servers: Servers, tmp_path: Path) -> None:
    async with exploring("ollama", servers, tmp_path) as (server, exploration):
        turn = await asked(exploration)
        assert isinstance(server, Ollama)
        exploration.set(sampling=GREEDY.on("num_predict", 10_000))
        turn.settings = exploration.settings
        server.script("mistral:text", Script(pieces=(" on", " and"), rate=50.0, endless=True))
        beginning = taken(turn, turn.replies["base", 1], 2, " w9")
        async for event, _ in exploration.go_on(turn, beginning):
            if isinstance(event, Token) and event.text not in (token.text for token in beginning.tokens):
                exploration.stop()
        reply = turn.replies["base", 2]
        assert reply.end is End.CANCELLED and len(reply.texts) > 3 and turn.replies["base", 1].end is End.LENGTH
        await exploration.close()
        assert reopened(exploration, tmp_path).replies["base", 2].end is End.CANCELLED


async def test_nothing_is_lost_when_the_session_is_closed_before_anything_came(
    servers: Servers, tmp_path: Path
) -> None:
    async with exploring("ollama", servers, tmp_path) as (server, exploration):
        turn = await asked(exploration)
        assert isinstance(server, Ollama)
        server.script("mistral:text", Script(delay=3600.0))
        going = exploration.go_on(turn, taken(turn, turn.replies["base", 1], 2, " w9"))
        await anext(going)
        await exploration.close()
        await going.aclose()
        found = reopened(exploration, tmp_path)
        assert found.replies["base", 1].texts == turn.replies["base", 1].texts
        assert found.replies["base", 2].end is End.CANCELLED and found.replies["base", 2].origin is not None


async def test_one_that_was_interrupted_is_folded_in_beside_the_others(servers: Servers, tmp_path: Path) -> None:
    async with exploring("ollama", servers, tmp_path) as (server, exploration):
        turn = await asked(exploration)
        assert isinstance(server, Ollama) and exploration.recorder is not None
        await asyncio.wrap_future(exploration.recorder.flush())
        assert exploration.session.path is not None
        path, written = tmp_path / "cut.yaml", exploration.session.path.read_bytes()
        server.script("mistral:text", Script(pieces=(" on",), rate=20.0, endless=True))
        beginning = taken(turn, turn.replies["base", 1], 2, " w9")
        left = b""
        async for event, reply in exploration.go_on(turn, beginning):
            if isinstance(event, Token) and len(reply.texts) > 4:
                await asyncio.wrap_future(exploration.recorder.flush())
                left = journal_of(exploration.session.path).read_bytes()
                break
        # As another process would find it that starts after this one was killed.
        path.write_bytes(written)
        journal_of(path).write_bytes(left)
        assert len(recover(tmp_path)) == 1
        [found] = file.read(path).session.turns
        reply = found.replies["base", 2]
        assert reply.texts[:3] == [*turn.replies["base", 1].texts[:2], " w9"] and reply.end is End.CUT
        assert (reply.kept, len(found.replies)) == (3, 3)
        assert found.replies["base", 1].texts == turn.replies["base", 1].texts


async def test_earlier_turns_are_sent_along_where_they_were(servers: Servers, tmp_path: Path) -> None:
    async with exploring("ollama", servers, tmp_path) as (server, exploration):
        exploration.set(context=CARRY)
        await asked(exploration, "One")
        turn = await asked(exploration, "Two")
        await gone_on(exploration, turn, taken(turn, turn.replies["instruct", 1], 1, " w9"))
        messages = [seen for seen in server.requests if seen.path == "/api/chat"][-1].body["messages"]
        kept = turn.replies["instruct", 1].texts[0] + " w9"
        assert [message["role"] for message in messages] == ["user", "assistant", "user", "assistant"]
        assert messages[-1]["content"] == kept


@pytest.mark.parametrize("kind", ["ollama", "llamacpp", "vllm"])
async def test_a_peek_tells_the_list_and_writes_nothing(kind: str, servers: Servers, tmp_path: Path) -> None:
    async with exploring(kind, servers, tmp_path) as (server, exploration):
        turn = await asked(exploration)
        count = len(server.requests)
        for name, before in (("base", "Why?"), ("instruct", CHAT)):
            source = turn.replies[name, 1]
            found = await exploration.peek(turn, grafted(turn, source, 8, turn.pane(name)))
            assert found is not None
            wanted = SPOKEN.tops(before + "".join(source.texts), 20)
            assert [each.text for each in found.alternatives] == [text for text, _ in wanted]
            assert found.text == wanted[0][0]
        assert len(turn.replies) == 2
        sent = [seen.body.get("options", seen.body) for seen in server.requests[count:] if seen.body]
        limits = [body[name] for body in sent for name in ("num_predict", "max_tokens") if name in body]
        assert limits == [1, 1], "the server writes one token for each"


# The real engine

EMBEDDED_LINEUP = (
    Pane("base", "twin:text", EMBEDDED, Mode.COMPLETION),
    Pane("instruct", "twin:latest", EMBEDDED, Mode.CHAT, "Be kind."),
)


async def test_the_twins_go_on_as_they_would_have(servers: Servers, tmp_path: Path) -> None:
    """The likeliest token taken at its own place changes nothing: the same reply comes, in either mode."""
    exploration = Exploration(servers)
    exploration.lineup = EMBEDDED_LINEUP
    exploration.settings = TurnSettings(PRESETS["greedy"].sampling.on("num_predict", 24), logprobs=20)
    turn = await asked(exploration, "How do I bake bread?")
    for name, way in (("base", Way.RAW), ("instruct", Way.PREFILL)):
        source = turn.replies[name, 1]
        token = source.texts[5]
        reply = await gone_on(exploration, turn, taken(turn, source, 5, token, source.logprobs[5][1]))
        assert reply.texts[: len(source.texts)] == source.texts, name
        assert reply.origin is not None and (reply.origin.way, reply.origin.resplit) == (way, False)
        drawn = [each for each in source.logprobs[5][1] if each.text not in ("", token)]
        other = await gone_on(exploration, turn, taken(turn, source, 5, drawn[0].text, source.logprobs[5][1]))
        assert other.texts[:5] == source.texts[:5] and other.texts[5] == drawn[0].text
        assert other.token_count == len(other.texts) - 6 or other.end is End.STOP
    reply = await gone_on(exploration, turn, grafted(turn, turn.replies["instruct", 1], 3, exploration.lineup[0]))
    assert reply.texts[:3] == turn.replies["instruct", 1].texts[:3] and len(reply.texts) > 3


async def test_the_twins_special_tokens_are_not_written_by_hand(servers: Servers) -> None:
    exploration = Exploration(servers)
    exploration.lineup = EMBEDDED_LINEUP
    exploration.settings = TurnSettings(PRESETS["greedy"].sampling.on("num_predict", 6))
    turn = await asked(exploration, "Hello")
    for name in ("base", "instruct"):
        beginning = taken(turn, turn.replies[name, 1], 2, "<|user|>", [Alternative("<|user|>", -9.0)])
        reply = await gone_on(exploration, turn, beginning)
        assert reply.end is End.ERROR and "special token" in reply.message
    await asyncio.gather(exploration.close(), servers.close())
