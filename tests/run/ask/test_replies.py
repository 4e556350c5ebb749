"""One prompt to several panes: what comes back, and that no pane disturbs another."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from alignscope.backends.base import (
    Chunk,
    Ending,
    Fault,
    Request,
    ServerError,
)
from alignscope.model.events import Alternative, End, Finished, Started, Stats, Token
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.sampling import Sampling
from alignscope.model.turn import TurnSettings
from alignscope.run.ask import Run
from tests.run.ask.scripted import BASE, CHAT, EVEN, Known, Scripted, by_model, fold, two_words


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
        (None, Ending(End.STOP, "", Stats(tokens=2)), False, "wrote 2 tokens, and no text came of that"),
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
