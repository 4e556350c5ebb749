"""One prompt to several panes: what is asked, what comes back, and that no pane disturbs another."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import pytest

from alignscope.backends.base import (
    Backend,
    Chunk,
    Ending,
    Fault,
    Item,
    Message,
    Pulling,
    Request,
    Sent,
    ServerError,
    ServerInfo,
)
from alignscope.backends.dialects import OLLAMA
from alignscope.model.events import Alternative, End, Event, Finished, Phase, Started, Stats, Token, Waiting
from alignscope.model.lineup.pane import Mode, Model, Pane
from alignscope.model.reply import Reply
from alignscope.model.sampling import Sampling
from alignscope.model.turn import TurnSettings
from alignscope.run.ask import Run
from alignscope.run.compose import Exchange, compose

EVEN = TurnSettings()
BASE = Pane("base", "m:text", "http://one", Mode.COMPLETION)
CHAT = Pane("instruct", "m:it", "http://one", Mode.CHAT, "Be brief.")

Script = Callable[[Request], AsyncGenerator[Chunk | Ending, None]]


class Scripted(Backend):
    """A backend whose replies are written by the test."""

    def __init__(self, script: Script, phases: list[Phase] | None = None) -> None:
        self.info = ServerInfo("http://one", OLLAMA, "0.33.0")
        self.script = script
        self.phases = phases or []
        self.asked: list[Request] = []
        self.open = 0
        self.peak = 0

    async def models(self) -> list[Model]:
        return []

    async def describe(self, model: str) -> Model:
        return Model(name=model, server="http://one")

    async def phase(self, model: str) -> Phase:
        return self.phases.pop(0) if len(self.phases) > 1 else self.phases[0] if self.phases else Phase.WAITING

    async def stream(self, request: Request) -> AsyncGenerator[Item, None]:
        yield Sent("http://one/api", {"model": request.model, **OLLAMA.fields(request.sampling)}, request.limit)
        self.asked.append(request)
        self.open += 1
        self.peak = max(self.peak, self.open)
        try:
            async with aclosing(self.script(request)) as items:
                async for item in items:
                    yield item
        finally:
            await asyncio.sleep(0.01)  # closing a connection takes a moment, and must not be broken off
            self.open -= 1

    def pull(self, model: str) -> AsyncGenerator[Pulling, None]:
        raise NotImplementedError

    async def close(self) -> None:
        pass


class Known:
    """Every server's name leads to one backend, or to an error."""

    def __init__(self, **servers: Scripted | Exception) -> None:
        self.servers = servers

    async def get(self, server: str) -> Scripted:
        found = self.servers[server.removeprefix("http://")]
        if isinstance(found, Exception):
            raise found
        return found


async def two_words(request: Request) -> AsyncGenerator[Chunk | Ending, None]:
    for text in ("Hello", " there"):
        await asyncio.sleep(0)
        yield Chunk(text)
    yield Ending(End.STOP, "", Stats(tokens=7, prompt_tokens=3))


async def endless(request: Request) -> AsyncGenerator[Chunk | Ending, None]:
    while True:
        await asyncio.sleep(0.001)
        yield Chunk("x")


async def silent(request: Request) -> AsyncGenerator[Chunk | Ending, None]:
    await asyncio.sleep(3600)
    yield Chunk("never")


def by_model(**scripts: Script) -> Script:
    return lambda request: scripts[request.model.partition(":")[2]](request)


async def fold(run: Run) -> dict[tuple[str, int], Reply]:
    replies: dict[tuple[str, int], Reply] = {}
    async for event in run.events():
        replies.setdefault((event.pane, event.sample), Reply(event.pane, event.sample)).apply(event)
    return replies


# What is asked


def test_a_completion_is_the_prompt_as_it_is() -> None:
    request = compose(BASE, " Once\u0085", TurnSettings(logprobs=3, think=True))
    assert request == Request(
        model="m:text", mode=Mode.COMPLETION, prompt=" Once\u0085", sampling=EVEN.sampling, logprobs=3, think=True
    )


def test_a_chat_has_the_system_prompt_first() -> None:
    request = compose(CHAT, "Hi", TurnSettings(scaffold="qa"), history=[Exchange("a", "b")])
    assert request.prompt == ""
    assert request.messages == (
        Message("system", "Be brief."),
        Message("user", "a"),
        Message("assistant", "b"),
        Message("user", "Hi"),
    )


def test_a_pane_of_its_own_keeps_its_sampling() -> None:
    own = Sampling({"temperature": 0.0})
    assert compose(Pane("a", "m", "s", Mode.CHAT, sampling=own), "Hi", EVEN).sampling == own


@pytest.mark.parametrize(
    ("scaffold", "history", "prompt", "document"),
    [
        ("bare", [], "Once", "Once"),
        ("bare", [("Once", " upon a")], "time", "Once upon a\ntime"),
        ("bare", [("Once", " upon a")], " time", "Once upon a time"),
        ("bare", [("Once", " upon a\n")], "time", "Once upon a\ntime"),
        ("qa", [], "Who?", "Q: Who?\nA:"),
        ("qa", [("Who?", " Me.\n")], "Why?", "Q: Who?\nA: Me.\n\nQ: Why?\nA:"),
        ("dialogue", [("Hi", " Hello!")], "Bye", "User: Hi\nAssistant: Hello!\nUser: Bye\nAssistant:"),
    ],
)
def test_documents(scaffold: str, history: list[tuple[str, str]], prompt: str, document: str) -> None:
    exchanges = [Exchange(*turn) for turn in history]
    assert compose(BASE, prompt, TurnSettings(scaffold=scaffold), exchanges).prompt == document


# What comes back


async def test_both_panes_stream_at_once() -> None:
    together = asyncio.Barrier(2)

    async def meeting(request: Request) -> AsyncGenerator[Chunk | Ending, None]:
        await together.wait()  # never passes unless both streams are open at the same time
        yield Chunk(request.model)
        yield Ending(End.LENGTH, "", Stats(tokens_per_second=12.5))

    server = Scripted(meeting)
    run = Run((BASE, CHAT), "Hi", EVEN, Known(one=server))
    events = [event async for event in run.events()]
    for pane in ("base", "instruct"):
        kinds = [type(event) for event in events if event.pane == pane]
        assert kinds == [Started, Token, Finished]
    started = next(event for event in events if isinstance(event, Started) and event.pane == "base")
    assert started.url == "http://one/api"
    assert started.request["temperature"] == 0.8
    finished = next(event for event in events if isinstance(event, Finished))
    assert (finished.end, finished.message, finished.stats.tokens_per_second) == (End.LENGTH, "", 12.5)
    assert [event.ms for event in events] == sorted(event.ms for event in events)
    assert server.open == 0


async def test_figures_the_server_does_not_tell_are_ours() -> None:
    replies = await fold(Run((BASE,), "Hi", EVEN, Known(one=Scripted(two_words))))
    stats = replies["base", 1].stats
    assert (stats.tokens, stats.prompt_tokens) == (7, 3)
    assert stats.first_token_ms is not None
    assert 0 <= stats.first_token_ms <= stats.duration_ms
    assert stats.tokens_per_second is None, "two tokens have no speed"


async def test_our_own_speed_is_counted_from_the_first_token_to_the_last() -> None:
    async def slow(request: Request) -> AsyncGenerator[Chunk | Ending, None]:
        for _ in range(11):
            yield Chunk("x")
            await asyncio.sleep(0.011)
        yield Ending(End.STOP)

    reply = (await fold(Run((BASE,), "Hi", EVEN, Known(one=Scripted(slow)))))["base", 1]
    assert reply.stats.tokens_per_second == pytest.approx(10 * 1000 / (reply.times[-1] - reply.times[0]))


@pytest.mark.parametrize(
    ("chunk", "ending", "stop", "words"),
    [
        (
            Chunk("hm", thinking=True),
            Ending(End.LENGTH, "", Stats(tokens=30)),
            False,
            "Thinking took all of 30 tokens",
        ),
        (Chunk("hm", thinking=True), Ending(End.STOP, "Odd.", Stats(tokens=30)), False, "Odd. The model thought, and"),
        (None, Ending(End.STOP, "", Stats(tokens=40)), False, "wrote 40 tokens, and no text came of that"),
        (None, Ending(End.STOP, "", Stats(tokens=40)), True, ""),
        (None, Ending(End.STOP, "", Stats(tokens=1)), False, ""),
        (Chunk("Hi"), Ending(End.LENGTH, "", Stats(tokens=30)), False, ""),
    ],
)
async def test_a_reply_without_text_says_where_its_tokens_went(
    chunk: Chunk | None, ending: Ending, stop: bool, words: str
) -> None:
    async def script(request: Request) -> AsyncGenerator[Chunk | Ending, None]:
        if chunk:
            yield chunk
        yield ending

    sampling = Sampling({"stop": ["x"]} if stop else {})
    run = Run((BASE,), "Say", TurnSettings(sampling), Known(one=Scripted(script)))
    [finished] = [event async for event in run.events() if isinstance(event, Finished)]
    assert words in finished.message
    assert bool(words) == bool(finished.message)


async def test_log_probabilities_and_thinking_pass_through() -> None:
    alternatives = (Alternative("Hey", -1.0),)

    async def rich(request: Request) -> AsyncGenerator[Chunk | Ending, None]:
        yield Chunk("hm", thinking=True)
        yield Chunk("Hi", logprob=-0.5, alternatives=alternatives)
        yield Ending(End.STOP)

    reply = (await fold(Run((BASE,), "Hi", EVEN, Known(one=Scripted(rich)))))["base", 1]
    assert (reply.thinking, reply.text) == ("hm", "Hi")
    assert reply.logprobs == {1: (-0.5, alternatives)}
    assert reply.stats.tokens == 2


async def test_samples_are_numbered_from_one() -> None:
    server = Scripted(two_words)
    replies = await fold(Run((BASE, CHAT), "Hi", TurnSettings(samples=3), Known(one=server)))
    assert sorted(replies) == [(pane, n) for pane in ("base", "instruct") for n in (1, 2, 3)]
    assert all(reply.text == "Hello there" and reply.end is End.STOP for reply in replies.values())
    assert len(server.asked) == 6


@pytest.mark.parametrize(
    ("fault", "written", "end"),
    [
        (Fault.NO_MODEL, "", End.ERROR),
        (Fault.UNREACHABLE, "", End.ERROR),
        (Fault.UNREACHABLE, "Hel", End.CUT),
        (Fault.BROKEN, "Hel", End.CUT),
        (Fault.FAILED, "Hel", End.ERROR),
    ],
)
async def test_one_pane_fails_alone(fault: Fault, written: str, end: End) -> None:
    async def failing(request: Request) -> AsyncGenerator[Chunk | Ending, None]:
        if written:
            yield Chunk(written)
        raise ServerError("That went wrong. Do this.", fault)

    server = Scripted(by_model(text=failing, it=two_words))
    replies = await fold(Run((BASE, CHAT), "Hi", EVEN, Known(one=server)))
    base, instruct = replies["base", 1], replies["instruct", 1]
    assert (base.text, base.end, base.message) == (written, end, "That went wrong. Do this.")
    assert (instruct.text, instruct.end, instruct.message) == ("Hello there", End.STOP, "")


async def test_a_server_that_is_not_there_is_one_panes_affair() -> None:
    gone = ServerError("Nobody answers at http://two.", Fault.UNREACHABLE)
    lineup = (BASE, Pane("far", "m:it", "http://two", Mode.CHAT))
    replies = await fold(Run(lineup, "Hi", EVEN, Known(one=Scripted(two_words), two=gone)))
    assert (replies["far", 1].end, replies["far", 1].message) == (End.ERROR, "Nobody answers at http://two.")
    assert replies["base", 1].text == "Hello there"


async def test_a_mistake_of_ours_ends_one_reply_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def buggy(request: Request) -> AsyncGenerator[Chunk | Ending, None]:
        yield Chunk("a")
        raise ZeroDivisionError("oops")

    server = Scripted(by_model(text=buggy, it=two_words))
    replies = await fold(Run((BASE, CHAT), "Hi", EVEN, Known(one=server)))
    assert replies["base", 1].end is End.ERROR
    assert "ZeroDivisionError" in replies["base", 1].message
    assert replies["instruct", 1].end is End.STOP
    assert "base failed" in caplog.text


async def test_a_stream_without_an_ending_is_cut() -> None:
    async def forgetful(request: Request) -> AsyncGenerator[Chunk | Ending, None]:
        yield Chunk("a")

    reply = (await fold(Run((BASE,), "Hi", EVEN, Known(one=Scripted(forgetful)))))["base", 1]
    assert (reply.text, reply.end) == ("a", End.CUT)


# Waiting


async def test_silence_is_explained_until_the_first_token() -> None:
    told = asyncio.Event()

    async def slow(request: Request) -> AsyncGenerator[Chunk | Ending, None]:
        await told.wait()
        yield Chunk("a")
        yield Ending(End.STOP)

    phases = [Phase.WAITING, Phase.LOADING, Phase.LOADING, Phase.QUEUED]
    run = Run((BASE,), "Hi", EVEN, Known(one=Scripted(slow, phases)))
    seen: list[Event] = []
    async for event in run.events():
        seen.append(event)
        if isinstance(event, Waiting) and event.phase is Phase.QUEUED:
            told.set()
    assert [event.phase for event in seen if isinstance(event, Waiting)] == [Phase.LOADING, Phase.QUEUED]
    assert isinstance(seen[-1], Finished)


async def test_the_sample_in_view_is_sent_first() -> None:
    server = Scripted(two_words)
    run = Run((BASE, CHAT), "Hi", TurnSettings(samples=4), Known(one=server), first=3)
    started = [(event.pane, event.sample) async for event in run.events() if isinstance(event, Started)]
    assert [sample for pane, sample in started if pane == "base"] == [3, 1, 2, 4]
    assert [sample for pane, sample in started if pane == "instruct"] == [3, 1, 2, 4]


async def test_one_after_other() -> None:
    server = Scripted(two_words)
    run = Run((BASE, CHAT), "Hi", TurnSettings(samples=2, one_after_other=True), Known(one=server))
    events = [event async for event in run.events()]
    assert server.peak == 2
    assert [request.mode for request in server.asked] == [Mode.COMPLETION] * 2 + [Mode.CHAT] * 2
    queued = [event for event in events if isinstance(event, Waiting)]
    assert {(event.pane, event.phase) for event in queued[:2]} == {("instruct", Phase.QUEUED)}
    assert sum(isinstance(event, Finished) for event in events) == 4


async def test_one_after_other_goes_on_after_a_failure() -> None:
    async def failing(request: Request) -> AsyncGenerator[Chunk | Ending, None]:
        for _ in request.messages or [Message("user", "")]:
            raise ServerError("No.", Fault.MEMORY)
        yield Ending(End.STOP)

    server = Scripted(by_model(text=failing, it=two_words))
    replies = await fold(Run((BASE, CHAT), "Hi", TurnSettings(one_after_other=True), Known(one=server)))
    assert [reply.end for reply in replies.values()] == [End.STOP, End.ERROR]


# Stopping


async def test_cancel_keeps_what_came_and_closes_everything() -> None:
    server = Scripted(endless)
    run = Run((BASE, CHAT), "Hi", TurnSettings(samples=2), Known(one=server))
    replies: dict[tuple[str, int], Reply] = {}
    async for event in run.events():
        replies.setdefault((event.pane, event.sample), Reply(event.pane, event.sample)).apply(event)
        if sum(len(reply.texts) for reply in replies.values()) == 20:
            run.cancel()
    assert len(replies) == 4
    assert all(reply.end is End.CANCELLED and reply.text for reply in replies.values())
    assert server.open == 0


async def test_cancel_one_pane() -> None:
    server = Scripted(by_model(text=endless, it=two_words))
    run = Run((BASE, CHAT), "Hi", EVEN, Known(one=server))
    ends = {}
    async for event in run.events():
        if isinstance(event, Token) and event.pane == "base":
            run.cancel("base")
        if isinstance(event, Finished):
            ends[event.pane] = event.end
    assert ends == {"base": End.CANCELLED, "instruct": End.STOP}
    assert server.open == 0


async def test_cancel_while_silent_and_while_waiting_for_the_turn() -> None:
    server = Scripted(silent)
    run = Run((BASE, CHAT), "Hi", TurnSettings(one_after_other=True), Known(one=server))
    ends = []
    async for event in run.events():
        if isinstance(event, Started):
            run.cancel()
        if isinstance(event, Finished):
            ends.append((event.pane, event.end, event.stats.tokens))
    assert ends == [("base", End.CANCELLED, 0), ("instruct", End.CANCELLED, 0)]
    assert len(server.asked) <= 1
    assert server.open == 0


async def test_cancel_before_the_start() -> None:
    server = Scripted(endless)
    run = Run((BASE,), "Hi", EVEN, Known(one=server))
    run.cancel()
    events = [event async for event in run.events()]
    assert [type(event) for event in events] == [Finished]
    assert server.asked == []


async def test_leaving_the_iteration_closes_everything() -> None:
    server = Scripted(endless)
    async with aclosing(Run((BASE, CHAT), "Hi", EVEN, Known(one=server)).events()) as events:
        async for event in events:
            if isinstance(event, Token):
                break
    assert server.open == 0


async def test_cancelling_the_reader_closes_everything() -> None:
    server = Scripted(endless)
    going = asyncio.Event()

    async def read() -> None:
        async for event in Run((BASE,), "Hi", EVEN, Known(one=server)).events():
            if isinstance(event, Token):
                going.set()

    reader = asyncio.create_task(read())
    await going.wait()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert server.open == 0


async def test_a_slow_reader_holds_the_stream_back() -> None:
    made = 0

    async def flood(request: Request) -> AsyncGenerator[Chunk | Ending, None]:
        nonlocal made
        for _ in range(20_000):
            made += 1
            yield Chunk("x")
        yield Ending(End.STOP)

    run = Run((BASE,), "Hi", EVEN, Known(one=Scripted(flood)))
    tokens = 0
    async for event in run.events():
        if isinstance(event, Token):
            tokens += 1
            if tokens == 100:
                await asyncio.sleep(0.05)
                assert made < 9_000
    assert tokens == made == 20_000
