"""Everything that can go wrong with a reply of Ollama's, and what the person is told."""

import asyncio
import gc
import json

import pytest

from alignscope.backends import connect
from alignscope.backends.base import Backend, Chunk, Fault, Sent, ServerError
from alignscope.model.events import End, Phase
from tests.backends.asking import ask, chat, completion
from tests.standin import Ollama, Script
from tests.standin.web import Exchange

BASE, TUNED = "mistral:text", "mistral:instruct"
BEFORE = " The ferry left before the"
"""What came before it went wrong."""


@pytest.mark.parametrize(
    ("script", "fault", "status", "words"),
    [
        ("refused", Fault.REFUSED, 403, "refused (403)"),
        ("unauthorized", Fault.REFUSED, 401, "`ollama signin`"),
        ("no-model", Fault.NO_MODEL, 404, "Pull it with `ollama pull mistral:text`"),
        ("invalid", Fault.CONTEXT, 400, "Shorten it, or give the model a larger context"),
        ("memory", Fault.MEMORY, 500, "Take a smaller model"),
        ("busy", Fault.BUSY, 503, "Wait a little"),
    ],
)
async def test_refusals(backend: Backend, ollama: Ollama, script: str, fault: Fault, status: int, words: str) -> None:
    ollama.script(BASE, script)
    outcome = await ask(backend, completion(BASE))
    assert outcome.error is not None
    assert (outcome.error.fault, outcome.error.status, outcome.text) == (fault, status, "")
    assert words in outcome.message
    assert ollama.url in outcome.message


async def test_the_server_goes_away(ollama: Ollama) -> None:
    backend = await connect(ollama.url)
    await ollama.__aexit__()
    outcome = await ask(backend, completion(BASE))
    with pytest.raises(ServerError):
        await backend.models()
    assert await backend.phase(BASE) is Phase.WAITING
    await backend.close()
    assert outcome.error is not None
    assert outcome.error.fault is Fault.UNREACHABLE
    assert f"Nothing answers at {ollama.url}" in outcome.message


@pytest.mark.parametrize(
    ("script", "end", "words"),
    [
        ("cut", End.CUT, "broke in the middle"),
        ("reset", End.CUT, "broke in the middle"),
        ("eof", End.CUT, "without saying that the reply is complete"),
        ("malformed", End.CUT, "a line that is not in its own format"),
        ("not-object", End.CUT, "a line that is not in its own format"),
        ("crash", End.ERROR, "model runner has unexpectedly stopped"),
        ("repeat-limit", End.LOOP, "kept repeating itself"),
    ],
)
@pytest.mark.parametrize("as_chat", [False, True])
async def test_what_came_before_is_kept(
    backend: Backend, ollama: Ollama, script: str, end: End, words: str, as_chat: bool
) -> None:
    ollama.script(BASE, script)
    outcome = await ask(backend, chat(BASE) if as_chat else completion(BASE))
    assert outcome.end is end
    assert words in outcome.message
    if not as_chat:
        assert outcome.text == BEFORE
    again = await ask(backend, chat(TUNED))
    assert again.end is End.STOP, "the next reply is not disturbed"


@pytest.mark.parametrize(
    ("pieces", "end"),
    [
        (("So", *([" the"] * 30)), End.LOOP),
        (("So", *(["\n", "  "] * 16)), End.LOOP),
        (("\n",) * 30, End.LOOP),
        (("So", *([" the"] * 29)), End.CUT),
        ((*([" the"] * 40), " end"), End.CUT),
    ],
)
async def test_a_stream_that_just_stops(backend: Backend, ollama: Ollama, pieces: tuple[str, ...], end: End) -> None:
    ollama.script(BASE, Script(pieces=pieces).but(fault="eof", after=len(pieces)))
    outcome = await ask(backend, completion(BASE))
    assert (outcome.end, outcome.text) == (end, "".join(pieces))


async def test_a_line_of_ten_megabytes(backend: Backend, ollama: Ollama) -> None:
    ollama.script(BASE, "huge")
    outcome = await ask(backend, completion(BASE))
    assert (outcome.end, len(outcome.text)) == (End.STOP, 10_000_013)


async def test_a_line_that_never_ends(backend: Backend, ollama: Ollama) -> None:
    ollama.script(BASE, Script(pieces=("fine", "x" * 17_000_000)))
    outcome = await ask(backend, completion(BASE))
    assert (outcome.end, outcome.text) == (End.CUT, "fine")
    assert "a line of more than 16 MB" in outcome.message


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("bad-utf8", "fine \ufffd\ufffd and \u2028\u0085\u2029 on"),
        ("split", "日本語👩‍👩‍👧‍👦é\u0301"),
        ("controls", "\x1b[2J\x1b]0;title\x07[bold]not bold[/]\u202egnol\x9b31m\x00\r\n"),
    ],
)
async def test_text_comes_as_it_was_written(backend: Backend, ollama: Ollama, script: str, text: str) -> None:
    ollama.script(BASE, script)
    outcome = await ask(backend, completion(BASE))
    assert (outcome.text, outcome.end) == (text, End.STOP)


async def test_a_flood(backend: Backend, ollama: Ollama) -> None:
    ollama.script(BASE, "flood")
    outcome = await ask(backend, completion(BASE, num_predict=5000, num_ctx=8192))
    assert (len(outcome.chunks), outcome.end) == (5000, End.LENGTH)


@pytest.mark.parametrize("script", ["stall", "late", "endless"])
async def test_cancelling_closes_the_connection(backend: Backend, ollama: Ollama, script: str) -> None:
    ollama.script(BASE, script)
    task = asyncio.create_task(ask(backend, completion(BASE)))
    await ollama.until(lambda: bool(ollama.open_now("/api/generate")))
    if script != "late":
        await ollama.until(lambda: ollama.open_now("/api/generate")[0].pieces >= 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await ollama.until(lambda: not ollama.open_now())
    assert ollama.seen("/api/generate")[0].client_closed
    assert (await ask(backend, chat(TUNED))).end is End.STOP


@pytest.mark.parametrize("complete", [True, False])
async def test_a_last_line_without_its_end_counts(backend: Backend, ollama: Ollama, complete: bool) -> None:
    async def reply(exchange: Exchange) -> None:
        exchange.begin("application/x-ndjson")
        await exchange.chunk(b'\xef\xbb\xbf{"response":"so"}\n{"response":" far",')
        await exchange.chunk(f'"done":{json.dumps(complete)}'.encode())
        await exchange.chunk(b',"done_reason":"stop","eval_count":"2"}')

    ollama.routes["POST", "/api/generate"] = reply
    outcome = await ask(backend, completion(BASE))
    assert (outcome.text, outcome.end) == ("so far", End.STOP if complete else End.CUT)


async def test_leaving_early_closes_the_connection(backend: Backend, ollama: Ollama) -> None:
    ollama.script(BASE, "endless")
    stream = backend.stream(completion(BASE))
    assert isinstance(await anext(stream), Sent)
    assert isinstance(await anext(stream), Chunk)
    await stream.aclose()
    await ollama.until(lambda: not ollama.open_now())
    del stream
    gc.collect()


async def test_a_reply_that_ended_well_leaves_its_connection_to_the_next(backend: Backend, ollama: Ollama) -> None:
    before = ollama.connections
    for _ in range(3):
        assert (await ask(backend, completion(BASE, num_predict=3))).end is End.LENGTH
    assert ollama.connections == before
    assert not any(seen.client_closed for seen in ollama.requests)


async def test_both_streams_are_open_at_once(backend: Backend, ollama: Ollama) -> None:
    ollama.default = Script(rate=500, endless=True)
    await asyncio.gather(ask(backend, completion(BASE, num_predict=50)), ask(backend, chat(TUNED, num_predict=50)))
    (left,), (right,) = ollama.seen("/api/generate"), ollama.seen("/api/chat")
    assert left.overlaps(right)


async def test_loading_queued_and_waiting(ollama: Ollama) -> None:
    ollama.scheduler.load_seconds = 0.3
    ollama.default = Script(rate=200, endless=True)
    backend = await connect(ollama.url)
    assert await backend.phase(BASE) is Phase.LOADING
    first = asyncio.create_task(ask(backend, completion(BASE)))
    await ollama.until(lambda: bool(ollama.open_now("/api/generate")))
    assert await backend.phase(BASE) is Phase.LOADING
    await ollama.until(lambda: ollama.seen("/api/generate")[0].pieces > 5)
    second = asyncio.create_task(ask(backend, completion(BASE)))
    await ollama.until(lambda: ollama.scheduler.waiting == 1)
    assert await backend.phase(BASE) is Phase.QUEUED
    first.cancel()
    await ollama.until(lambda: ollama.scheduler.waiting == 0)
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    assert await backend.phase(BASE) is Phase.WAITING
    await backend.close()


async def test_models_that_evict_each_other(backend: Backend, ollama: Ollama) -> None:
    ollama.scheduler.max_loaded = 1
    await asyncio.gather(ask(backend, completion(BASE)), ask(backend, chat(TUNED)))
    await ask(backend, completion(BASE))
    (left, _), (right,) = ollama.seen("/api/generate"), ollama.seen("/api/chat")
    assert not left.overlaps(right)
    assert len(ollama.scheduler.loads) == 3
    assert [model.name for model in await backend.models() if model.loaded] == [BASE]


async def test_a_changed_context_loads_the_model_anew(backend: Backend, ollama: Ollama) -> None:
    for context in (2048, 2048, 4096):
        await ask(backend, completion(BASE, num_ctx=context, num_predict=1))
    assert ollama.scheduler.loads == [BASE, BASE]


async def test_more_requests_than_the_queue_holds(backend: Backend, ollama: Ollama) -> None:
    ollama.scheduler.max_queue = 1
    ollama.script(BASE, "endless")
    tasks = [asyncio.create_task(ask(backend, completion(BASE))) for _ in range(2)]
    await ollama.until(lambda: ollama.scheduler.waiting == 1)
    outcome = await ask(backend, completion(BASE))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert outcome.error is not None
    assert outcome.error.fault is Fault.BUSY
