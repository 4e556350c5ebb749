"""Waiting for a turn of one's own, and stopping: every stream is closed, and what came is kept."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from alignscope.backends.base import (
    Chunk,
    Ending,
    Fault,
    Message,
    Request,
    ServerError,
)
from alignscope.model.events import End, Event, Finished, Phase, Started, Token, Waiting
from alignscope.model.lineup.pane import Mode
from alignscope.model.reply import Reply
from alignscope.model.turn import TurnSettings
from alignscope.run.ask import Run
from tests.run.ask.scripted import BASE, CHAT, EVEN, Known, Scripted, by_model, endless, fold, silent, two_words


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
