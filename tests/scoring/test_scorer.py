"""A text scored by another model: the same lists on every kind of server, at the price that was reckoned with."""

import math
from collections.abc import Sequence
from contextlib import aclosing

import pytest

from alignscope.backends import connect
from alignscope.backends.base import Backend, ServerError
from alignscope.model.score import Frame, Missing, Position, Tokenizers
from alignscope.scoring.frame import Framed
from alignscope.scoring.scorer import NoLogprobsError, Scorer, compare_tokenizers, split
from tests.scoring.speaking import BASE, BEFORE, ECHOING, OLD_LLAMA_CPP, TWIN, speaking
from tests.standin import Ollama, OpenAIStyle, Script
from tests.standin.replies.language import Language
from tests.standin.web import Exchange

KINDS = ("ollama", "llamacpp", OLD_LLAMA_CPP, "vllm", "plain", ECHOING)
REPLY = TWIN.reply(BEFORE.text, 300)


async def scored(
    backend: Backend, model: str, tokens: Sequence[str], *, ended: bool = False, ahead: int = 32
) -> tuple[Scorer, list[Position]]:
    scorer = Scorer(backend, model, alternatives=20, ahead=ahead)
    async with aclosing(scorer.along(BEFORE, tokens, ended=ended)) as positions:
        return scorer, [position async for position in positions]


@pytest.mark.parametrize("kind", KINDS)
async def test_every_position_has_the_list_of_its_own_prefix(kind: str) -> None:
    async with speaking(kind, BASE) as (_, backend, model):
        _, positions = await scored(backend, model, REPLY)
    assert [position.index for position in positions] == list(range(300))
    text = BEFORE.text
    for position, token in zip(positions, REPLY, strict=True):
        assert (position.token, position.missing, position.end) == (token, None, False)
        assert [tuple(each) for each in _pairs(position)] == [pytest.approx(each) for each in _known(text)]
        if position.logprob is not None:
            assert position.logprob == pytest.approx(BASE.logprob(text, token))
        text += token
    first = sum(position.alternatives[0].text == position.token for position in positions)
    assert 0.70 < first / 300 < 0.86, "the languages agree as often as they should"


def _known(text: str) -> list[tuple[str, float]]:
    return list(BASE.tops(text, 20))


def _pairs(position: Position) -> list[tuple[str, float]]:
    return [(each.text, each.logprob) for each in position.alternatives]


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ("ollama", 0.3),
        ("llamacpp", 1 / 30),
        (OLD_LLAMA_CPP, 0.3),
        ("vllm", 1 / 300),
        ("plain", 0.3),
        (ECHOING, 1 / 300),
    ],
)
async def test_it_takes_few_requests(kind: str, most: float) -> None:
    async with speaking(kind, BASE) as (server, backend, model):
        scorer, _ = await scored(backend, model, REPLY)
        sent = [seen for seen in server.requests if seen.path in ("/api/generate", "/completion", "/v1/completions")]
    assert len(sent) == scorer.requests <= most * 300


async def test_a_request_that_is_done_with_is_closed() -> None:
    async with speaking("ollama", BASE) as (server, backend, model):
        scorer = Scorer(backend, model, alternatives=20)
        async with aclosing(scorer.along(BEFORE, REPLY, ended=False)) as positions:
            async for position in positions:
                if position.index == 20:
                    break
        asked = len(server.requests)
        await server.until(lambda: not server.open_now())
        assert len(server.requests) == asked == scorer.requests + 2, "the two that found out what it is"


@pytest.mark.parametrize("kind", KINDS)
async def test_an_end_is_a_position_too(kind: str) -> None:
    ends = Language("base", agrees=1.0, ends_after=7)
    async with speaking(kind, ends) as (_, backend, model):
        tokens = ends.reply(BEFORE.text, 64)
        assert len(tokens) == 7
        _, positions = await scored(backend, model, tokens, ended=True)
        assert [each.missing for each in positions] == [None] * 7 + [Missing.ENDS]
        assert positions[-1].end
        if kind in ("ollama", OLD_LLAMA_CPP, "plain"):  # the others have a list there, as they have everywhere
            _, positions = await scored(backend, model, REPLY[:3] + REPLY[:6])
            assert len(positions) == 9


@pytest.mark.parametrize("kind", ["ollama", OLD_LLAMA_CPP])
async def test_where_the_other_would_end_and_the_reply_goes_on_there_is_no_list(kind: str) -> None:
    ends = Language("base", agrees=1.0, ends_after=4)
    tokens = Language("base").reply(BEFORE.text, 6)
    async with speaking(kind, ends) as (_, backend, model):
        _, positions = await scored(backend, model, tokens)
    assert [each.missing for each in positions] == [None] * 4 + [Missing.ENDS] * 2


@pytest.mark.parametrize(
    ("kind", "left_out"), [("llamacpp", {3, 4}), (OLD_LLAMA_CPP, {3, 4, 5}), ("vllm", {3, 4}), (ECHOING, {3, 4})]
)
async def test_what_is_read_in_other_tokens_than_it_was_written_in_is_left_out(kind: str, left_out: set[int]) -> None:
    tokens = [*REPLY[:3], " w", "7", *REPLY[3:6]]
    async with speaking(kind, BASE) as (_, backend, model):
        _, positions = await scored(backend, model, tokens)
        assert "".join(await split(backend, model, BEFORE, "".join(tokens))) == "".join(tokens)
    assert [each.index for each in positions] == list(range(8))
    assert {each.index for each in positions if each.missing is Missing.RESPLIT} == left_out


async def test_the_first_token_after_another_prompt_is_no_comparison() -> None:
    bare = Framed(Frame.BARE, "Why?", own=False)
    async with speaking("ollama", BASE) as (_, backend, model):
        scorer = Scorer(backend, model, alternatives=5)
        missing = [position.missing async for position in scorer.along(bare, REPLY[:3], ended=False)]
    assert missing == [Missing.START, None, None]


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (("llamacpp", "vllm"), Tokenizers.ALIKE),
        (("llamacpp", "ollama"), Tokenizers.UNKNOWN),
    ],
)
async def test_whether_two_models_read_alike(kinds: tuple[str, str], said: Tokenizers) -> None:
    async with speaking(kinds[0], BASE) as (_, one, model), speaking(kinds[1], TWIN) as (_, other, other_model):
        assert await compare_tokenizers(one, model, other, other_model, BEFORE, "".join(REPLY[:9])) is said


async def test_tokenizers_that_differ_are_found_out() -> None:
    async with (
        speaking("llamacpp", BASE) as (_, one, model),
        speaking("llamacpp", TWIN) as (server, other, other_model),
    ):

        async def letters(exchange: Exchange) -> None:
            text = str(exchange.seen.body["content"])
            await exchange.json({"tokens": [{"id": ord(letter), "piece": letter} for letter in text]})

        server.routes["POST", "/tokenize"] = letters
        found = await compare_tokenizers(one, model, other, other_model, BEFORE, "".join(REPLY[:9]))
        assert found is Tokenizers.DIFFERENT
        _, positions = await scored(other, other_model, REPLY[:9])
        assert {position.missing for position in positions} == {Missing.RESPLIT}


@pytest.mark.parametrize("rendered", [True, False])
async def test_vllm_adds_special_tokens_only_to_what_has_none(rendered: bool) -> None:
    before = Framed(Frame.CHAT, BEFORE.text, own=True, rendered=rendered)
    async with speaking("vllm", BASE) as (server, backend, model):
        async for _ in Scorer(backend, model, alternatives=5).along(before, REPLY[:3], ended=True):
            pass
        sent = [seen.body.get("add_special_tokens", True) for seen in server.seen("/v1/completions")]
    assert sent == [not rendered] * 2, "the text, and then its end"


async def test_a_server_that_gives_no_lists_is_found_out() -> None:
    async with Ollama(version="0.12.0", script=Script(language=BASE)) as old:
        backend = await connect(old.url)
        try:
            with pytest.raises(
                NoLogprobsError,
                match=r"Ollama 0\.12\.0 tells no log-probabilities: 0\.12\.11 .* nothing can be compared",
            ):
                await scored(backend, "mistral:text", REPLY[:30])
            assert len(old.seen("/api/generate")) < 15
        finally:
            await backend.close()


@pytest.mark.parametrize("kind", ["ollama", "plain", "lmstudio"])
async def test_a_text_that_nobody_wrote_has_no_tokens_where_a_server_tells_none(kind: str) -> None:
    async with speaking(kind, BASE) as (_, backend, model):
        with pytest.raises(ServerError, match="doesn't tell in which tokens a text is read"):
            await split(backend, model, BEFORE, "Use the kill command.")


async def test_an_lm_studio_is_asked_and_what_it_does_not_tell_is_said() -> None:
    async with speaking("lmstudio", BASE) as (server, backend, model):
        said = "LM Studio tells no log-probabilities, neither in completions nor in chats.*nothing can be compared"
        with pytest.raises(NoLogprobsError, match=said):
            await scored(backend, model, REPLY[:30])
        assert isinstance(server, OpenAIStyle)
        server.lists = True  # a version of it that does
        _, positions = await scored(backend, model, REPLY[:30])
    assert not any(position.missing for position in positions) and len(positions) == 30


async def test_a_server_that_fails_says_so() -> None:
    async with speaking("ollama", BASE) as (server, backend, model):
        assert isinstance(server, Ollama)
        server.script(model, Script(language=BASE), "memory")
        with pytest.raises(ServerError, match="memory"):
            await scored(backend, model, REPLY)


async def test_running_ahead_by_one_token_tells_the_same() -> None:
    async with speaking("ollama", BASE) as (_, backend, model):
        slow, one_by_one = await scored(backend, model, REPLY[:40], ahead=1)
        fast, ahead = await scored(backend, model, REPLY[:40])
    assert slow.requests == 40 > fast.requests
    assert one_by_one == ahead
    assert math.isclose(sum(math.exp(each.logprob) for each in ahead[0].alternatives), 1, abs_tol=0.3)
