"""A text that a llama.cpp is made to write: the twins' own lists, and what becomes of characters and of refusals."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
import pytest_asyncio

from alignscope.backends.base import ReadToken
from alignscope.backends.embedded.backend import EmbeddedBackend
from alignscope.backends.embedded.engine import engine_problem
from alignscope.model.score import Frame, Missing, Position
from alignscope.scoring.along import parts
from alignscope.scoring.frame import Framed
from alignscope.scoring.scorer import Scorer, split
from tests.scoring.speaking import BASE, BEFORE, OLD_LLAMA_CPP, speaking
from tests.standin.web import Exchange

MODEL = "twin:text"
STORY = Framed(Frame.BARE, "Once upon a time", own=True)
TEXTS = (
    ", there was a little dog. It said 申し訳ありません 🙂 and slept.",
    "すみませんが、それはお手伝いできません。",
    "\n\n\tÜber <|user|> é e\u0301\r\n",
)


@pytest_asyncio.fixture
async def twins() -> AsyncIterator[EmbeddedBackend]:
    backend = EmbeddedBackend()
    try:
        yield backend
    finally:
        await backend.close()


async def read(backend: EmbeddedBackend, text: str, *, ahead: int) -> tuple[Scorer, list[Position]]:
    tokens = await split(backend, MODEL, STORY, text)
    scorer = Scorer(backend, MODEL, alternatives=20, ahead=ahead)
    async with aclosing(scorer.along(STORY, tokens, ended=True)) as positions:
        return scorer, [position async for position in positions]


@pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")
@pytest.mark.parametrize("text", TEXTS)
async def test_lists_are_those_of_the_very_text_in_parts_of_any_length(twins: EmbeddedBackend, text: str) -> None:
    _, slow = await read(twins, text, ahead=1)
    scorer, fast = await read(twins, text, ahead=32)
    assert "".join(position.token for position in fast) == text
    assert [position.index for position in fast] == list(range(len(fast))) and fast[-1].end
    assert [each.missing for each in fast] == [each.missing for each in slow]
    pieces = [piece.content for piece in await twins.reading(MODEL, STORY.text + text) or []]
    for one, other in zip(fast[:-1], slow, strict=False):
        other_or_control = one.token.encode() not in pieces or one.token == "<|user|>"
        assert (one.missing is Missing.RESPLIT) == other_or_control
        if one.missing is None:
            assert one.logprob == pytest.approx(other.logprob, abs=0.1)
            assert one.alternatives[0].text == other.alternatives[0].text
            assert len(one.alternatives) == 20
    assert scorer.requests < len(fast)


def test_parts_leave_out_what_is_no_character_by_itself() -> None:
    contents = (b"a", b"b", b"\xe3\x81", b"\x97", b"c", b"d", b"e", b"\xf0", b"\x9f\x99\x82")
    whole = [ReadToken(number, content) for number, content in enumerate(contents)]
    assert list(parts(whole, 0, 32)) == [(0, 2), (4, 7)]
    assert list(parts(whole, 1, 2)) == [(1, 2), (4, 6), (6, 7)]
    assert list(parts(whole[:2], 0, 2)) == [(0, 2)]
    assert not list(parts(whole[2:4], 0, 32)) and not list(parts([], 0, 32))


async def test_one_that_gives_up_in_the_middle_is_asked_to_go_on_along_the_text() -> None:
    tokens = BASE.reply(BEFORE.text, 60)
    async with speaking("llamacpp", BASE) as (server, backend, model):
        led, asked = server.routes["POST", "/completion"], 0

        async def once(exchange: Exchange) -> None:
            nonlocal asked
            asked += 1
            if asked == 1:
                await led(exchange)
            else:
                error = {"code": 500, "message": "Unexpected empty grammar stack", "type": "server_error"}
                await exchange.json({"error": error}, 500)

        server.routes["POST", "/completion"] = once
        scorer = Scorer(backend, model, alternatives=20)
        positions = [position async for position in scorer.along(BEFORE, tokens, ended=False)]
        assert [position.token for position in positions] == tokens
        assert not any(position.missing for position in positions) and asked == 2
        assert server.seen("/v1/completions")
    async with speaking(OLD_LLAMA_CPP, BASE) as (_, backend, model):
        scorer = Scorer(backend, model, alternatives=20)
        assert [position async for position in scorer.along(BEFORE, tokens, ended=False)] == positions
