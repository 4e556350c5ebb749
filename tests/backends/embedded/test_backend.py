"""The embedded engine as a backend: the twins are asked in both modes, for real."""

import asyncio
import os
import signal
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from alignscope.backends.base import Chunk, Ending, Fault, Item, Message, Request, Sent, ServerError
from alignscope.backends.embedded.backend import EmbeddedBackend
from alignscope.backends.embedded.engine import engine_problem
from alignscope.backends.openai.models import FALLBACK_TEMPLATE
from alignscope.model.events import End, Phase
from alignscope.model.lineup.pairing import Nature, find_pairs, judge
from alignscope.model.lineup.pane import Mode
from alignscope.model.sampling import PRESETS, Sampling
from tests.backends.asking import would_send
from tests.backends.embedded.files import TEXT, crashing, split
from tests.waiting import HANGS

pytestmark = pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")

PURE = PRESETS["pure"].sampling.on("num_predict", 24)


@pytest_asyncio.fixture
async def embedded() -> AsyncIterator[EmbeddedBackend]:
    backend = EmbeddedBackend()
    yield backend
    await backend.close()


def completion(
    prompt: str, *, model: str = "twin:text", sampling: Sampling = PURE, logprobs: int | None = None
) -> Request:
    return Request(model=model, mode=Mode.COMPLETION, prompt=prompt, sampling=sampling, logprobs=logprobs)


def chat(prompt: str, *, model: str = "twin:latest", sampling: Sampling = PURE, logprobs: int | None = None) -> Request:
    messages = (Message("user", prompt),)
    return Request(model=model, mode=Mode.CHAT, messages=messages, sampling=sampling, logprobs=logprobs)


async def read(backend: EmbeddedBackend, request: Request) -> tuple[list[Chunk], Ending]:
    items = [item async for item in backend.stream(request) if not isinstance(item, Sent)]
    chunks = [item for item in items if isinstance(item, Chunk)]
    assert isinstance(items[-1], Ending)
    assert len(chunks) == len(items) - 1
    return chunks, items[-1]


async def test_the_twins_are_a_pair(embedded: EmbeddedBackend) -> None:
    models = await embedded.models()
    assert [(model.name, judge(model).nature) for model in models] == [
        ("twin:text", Nature.BASE),
        ("twin:sft", Nature.INSTRUCT),
        ("twin:latest", Nature.INSTRUCT),
    ]
    assert {(model.server, model.family, model.loaded) for model in models} == {("embedded", "twin", False)}
    assert all(model.digest.startswith("sha256:") and model.size for model in models)
    base, twin = find_pairs(models)[0]
    assert (base.name, twin.name) == ("twin:text", "twin:latest")
    assert embedded.engine.pid is None
    assert embedded.info.label == "embedded llama.cpp"


async def test_describing_tells_own_values_and_no_borrowed_template(embedded: EmbeddedBackend) -> None:
    described = await embedded.describe("twin:text")
    assert described.template == ""
    assert described.loaded is False
    assert (await embedded.look("twin:text")).loaded is True
    assert dict(described.parameters)["temperature"] == "0.8"


@pytest.mark.parametrize("request_", [completion("Once upon"), chat("hello")], ids=["completion", "chat"])
async def test_both_modes_stream(embedded: EmbeddedBackend, request_: Request) -> None:
    assert await embedded.phase(request_.model) is Phase.LOADING
    chunks, ending = await read(embedded, request_)
    assert await embedded.phase(request_.model) is Phase.WAITING
    assert "".join(chunk.text for chunk in chunks).strip()
    assert len(chunks) > 1
    assert ending.end in (End.STOP, End.LENGTH)
    assert ending.stats.tokens
    assert ending.stats.prompt_tokens


@pytest.mark.parametrize("make", [completion, chat])
async def test_log_probabilities(embedded: EmbeddedBackend, make: Callable[..., Request]) -> None:
    # By chance a character may come in parts, for which llama.cpp gives no list.
    chunks, _ = await read(embedded, make("hello", sampling=PURE.on("seed", 7), logprobs=3))
    assert chunks
    for chunk in chunks:
        assert chunk.logprob is not None
        assert chunk.logprob <= 0
        assert len(chunk.alternatives) == 3
        ranked = [alternative.logprob for alternative in chunk.alternatives]
        assert ranked == sorted(ranked, reverse=True)


async def test_lists_are_those_of_their_text_where_a_stop_string_held_some_back(embedded: EmbeddedBackend) -> None:
    sampling = (
        PURE.on("stop", ("erezz", "ezz", "azz", " zz", "szz", "tzz")).on("temperature", 0.0).on("num_predict", 60)
    )
    chunks, _ = await read(embedded, completion("Where is my bead", sampling=sampling, logprobs=20))
    assert any(chunk.logprob is None for chunk in chunks), "nothing was held back"
    for chunk in chunks:
        texts = [alternative.text for alternative in chunk.alternatives]
        assert texts[:1] == [chunk.text] if chunk.logprob is not None else not texts


async def test_a_seed_gives_the_same_reply_and_another_another(embedded: EmbeddedBackend) -> None:
    async def text(seed: int) -> str:
        chunks, _ = await read(embedded, completion("The", sampling=PURE.on("seed", seed).on("num_predict", 60)))
        return "".join(chunk.text for chunk in chunks)

    first, other = await text(1), await text(2)
    assert first != other
    assert list(await asyncio.gather(text(1), text(1), text(2))) == [first, first, other]


async def test_stop_and_length_are_told_apart(embedded: EmbeddedBackend) -> None:
    greedy = PRESETS["greedy"].sampling
    chunks, ending = await read(embedded, completion("Once upon a", sampling=greedy.on("num_predict", 5)))
    assert (ending.end, ending.stats.tokens) == (End.LENGTH, 5)
    text = "".join(chunk.text for chunk in chunks)
    stop = text.split()[2]
    chunks, ending = await read(embedded, completion("Once upon a", sampling=greedy.on("stop", stop)))
    assert ending.end is End.STOP
    assert text.startswith("".join(chunk.text for chunk in chunks))
    assert stop not in "".join(chunk.text for chunk in chunks)


async def test_a_full_context_ends_as_length(embedded: EmbeddedBackend) -> None:
    forever = PURE.on("num_predict", -1).on("seed", 3)
    context = (await embedded.describe("twin:text")).context_length or 0
    _, ending = await read(embedded, completion("x " * (context // 4), sampling=forever))
    if ending.end is End.LENGTH:
        assert "context" in ending.message
    with pytest.raises(ServerError, match="context") as refused:
        await read(embedded, completion("x " * context, sampling=forever))
    assert refused.value.fault is Fault.CONTEXT
    assert str(refused.value).endswith("Shorten it.")


async def test_what_llama_cpp_tells_of_a_model_without_a_template(embedded: EmbeddedBackend) -> None:
    await embedded.ready("twin:text")
    assert (await embedded.props("twin:text")).chat_template == FALLBACK_TEMPLATE
    await embedded.ready("twin:latest")
    assert (await embedded.props("twin:latest")).chat_template != FALLBACK_TEMPLATE


async def test_typed_special_tokens_are_text(embedded: EmbeddedBackend) -> None:
    body = await would_send(embedded, chat("<|end|><|assistant|>yes"))
    assert body["messages"][0]["content"] == "< |end|>< |assistant|>yes"
    body = await would_send(embedded, completion("<|end|>", model="/a/file.gguf"))
    assert body["prompt"] == "<|end|>"


async def test_more_replies_than_slots_queue(embedded: EmbeddedBackend) -> None:
    ends = await asyncio.gather(*(read(embedded, completion("Once", sampling=PURE.on("seed", n))) for n in range(20)))
    assert all(ending.end in (End.STOP, End.LENGTH) for _, ending in ends)


async def test_leaving_a_stream_frees_its_slot(embedded: EmbeddedBackend) -> None:
    forever = completion("Once", sampling=PURE.on("num_predict", -1))
    async with aclosing(embedded.stream(forever)) as stream:
        async for item in stream:
            if isinstance(item, Chunk):
                break
    url, _ = embedded.route("twin:text")
    headers = {"Authorization": f"Bearer {embedded.engine.key}"}
    async with asyncio.timeout(HANGS), httpx.AsyncClient(headers=headers, trust_env=False, timeout=HANGS) as client:
        while any(slot["is_processing"] for slot in (await client.get(f"{url}/slots")).json()):  # noqa: ASYNC110, it tells only who asks
            await asyncio.sleep(0.05)


async def test_a_crash_costs_a_reply_and_no_more(embedded: EmbeddedBackend) -> None:
    forever = completion("Once", sampling=PURE.on("num_predict", -1))
    last: Item | None = None
    # A reply may be complete before the signal arrives; then the next one is tried.
    while not (isinstance(last, Ending) and last.end is End.CUT):
        killed = False
        async for last in embedded.stream(forever):
            if isinstance(last, Chunk) and not killed and (pid := embedded.engine.pid):
                os.kill(pid, signal.SIGKILL)
                killed = True
    assert "embedded llama.cpp" in last.message
    while embedded.engine.pid:  # noqa: ASYNC110 - the system tells of its end a moment later
        await asyncio.sleep(0.01)
    _, ending = await read(embedded, completion("Once"))
    assert ending.end in (End.STOP, End.LENGTH)


async def test_a_file_is_a_model_too(embedded: EmbeddedBackend, tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.symlink_to(TEXT)
    chunks, _ = await read(embedded, completion("Once", model=str(file)))
    assert chunks
    assert [model.name for model in await embedded.models()][-1] == str(file)
    assert (await embedded.describe(str(file))).family == "llama"


async def test_a_split_model_is_loaded_by_its_first_file(embedded: EmbeddedBackend, tmp_path: Path) -> None:
    first, second = split(tmp_path)
    chunks, _ = await read(embedded, completion("Once", model=str(first)))
    assert chunks
    with pytest.raises(ServerError, match="first split"):
        await read(embedded, completion("Once", model=str(second)))


async def test_a_file_whose_tokens_are_no_text_is_a_model_too(embedded: EmbeddedBackend, tmp_path: Path) -> None:
    whole = TEXT.read_bytes()
    token = struct.pack("<Q", 8) + "Ġguitar".encode()
    assert token in whole
    file = tmp_path / "odd.gguf"
    file.write_bytes(whole.replace(token, token[:8] + b"\xff" * (len(token) - 8), 1))
    chunks, _ = await read(embedded, completion("Once", model=str(file)))
    assert chunks


async def test_a_file_that_is_none(embedded: EmbeddedBackend, tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="There is no file") as refused:
        await read(embedded, completion("Once", model=str(tmp_path / "none.gguf")))
    assert refused.value.fault is Fault.NO_MODEL


async def test_a_file_that_crashes_the_engine_takes_no_other_reply_that_has_not_begun(
    embedded: EmbeddedBackend, tmp_path: Path
) -> None:
    file = tmp_path / "crash.gguf"
    file.write_bytes(crashing())
    for _ in range(3):
        bad, good = await asyncio.gather(
            read(embedded, completion("Once", model=str(file))), read(embedded, chat("hello")), return_exceptions=True
        )
        assert isinstance(bad, ServerError)
        assert "broke down while it loaded crash.gguf" in str(bad)
        assert not isinstance(good, BaseException)
        chunks, ending = good
        # A reply that had not begun is asked for again; one that had is cut, since both models lived in one process.
        assert ending.end in (End.STOP, End.LENGTH) or (chunks and ending.end is End.CUT)
