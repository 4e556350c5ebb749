"""What comes back from OpenAI-style servers: replies, refusals, streams that break."""

import asyncio
import json

import pytest

from alignscope.backends import connect
from alignscope.backends.base import Backend, Fault, ServerError
from alignscope.model.events import Alternative, End
from tests.backends.asking import ask, chat, completion
from tests.backends.openai.flavours import EVERY, MODEL
from tests.standin import Flavour, OpenAIStyle, Script
from tests.standin.web import Exchange


@pytest.mark.parametrize("flavour", EVERY)
@pytest.mark.parametrize("as_chat", [False, True])
async def test_a_reply_of_every_flavour(flavour: Flavour, as_chat: bool) -> None:
    async with OpenAIStyle(flavour, MODEL) as server:
        backend = await connect(server.url)
        server.script(MODEL, Script(pieces=("cat", " sat", " 日本")))
        request = chat(MODEL, logprobs=2) if as_chat else completion(MODEL, "one two", logprobs=2)
        outcome = await ask(backend, request)
        short = await ask(backend, completion(MODEL, num_predict=2))
        await backend.close()
    assert [chunk.text for chunk in outcome.chunks] == ["cat", " sat", " 日本"]
    told = flavour is not Flavour.LM_STUDIO
    assert outcome.chunks[0].logprob == (-0.5 if told else None)
    assert outcome.chunks[0].alternatives == ((Alternative("cat", -0.5), Alternative("cat1", -1.5)) if told else ())
    assert outcome.ending is not None
    assert (outcome.end, outcome.message, outcome.ending.stats.tokens) == (End.STOP, "", 4), (
        "the last is the end itself"
    )
    assert short.end is End.LENGTH
    assert short.text == "cat sat"
    assert not any(seen.client_closed for seen in server.requests)


async def test_thinking_is_kept_apart(llama: Backend, llama_cpp: OpenAIStyle) -> None:
    llama_cpp.script(MODEL, Script(thinking=("Hm", "."), pieces=("Yes",)))
    outcome = await ask(llama, chat(MODEL, think=True))
    assert (outcome.thinking, outcome.text) == ("Hm.", "Yes")
    assert (await ask(llama, chat(MODEL))).thinking == ""


async def test_the_clock_of_llama_cpp(llama: Backend) -> None:
    outcome = await ask(llama, completion(MODEL, "one two three", num_predict=7))
    assert outcome.ending is not None
    stats = outcome.ending.stats
    assert (stats.tokens, stats.prompt_tokens, stats.tokens_per_second) == (7, 3, 50.0)


@pytest.mark.parametrize(
    ("script", "end", "words"),
    [
        ("cut", End.CUT, "broke in the middle"),
        ("reset", End.CUT, "broke in the middle"),
        ("eof", End.CUT, "without saying that the reply is complete"),
        ("malformed", End.CUT, "not in its own format"),
        ("not-object", End.CUT, "not in its own format"),
        ("crash", End.ERROR, "unexpectedly stopped"),
    ],
)
@pytest.mark.parametrize("flavour", [Flavour.LLAMA_CPP, Flavour.VLLM])
async def test_what_came_before_is_kept(flavour: Flavour, script: str, end: End, words: str) -> None:
    async with OpenAIStyle(flavour, MODEL) as server:
        backend = await connect(server.url)
        server.script(MODEL, script, "well")
        outcome = await ask(backend, completion(MODEL))
        again = await ask(backend, completion(MODEL))
        await backend.close()
    assert (outcome.end, outcome.text) == (end, " The ferry left before the")
    assert words in outcome.message
    assert again.end is End.STOP


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("refused", Fault.REFUSED),
        ("unauthorized", Fault.REFUSED),
        ("invalid", Fault.CONTEXT),
        ("memory", Fault.MEMORY),
        ("busy", Fault.BUSY),
    ],
)
@pytest.mark.parametrize("flavour", EVERY)
async def test_refusals(flavour: Flavour, script: str, fault: Fault) -> None:
    async with OpenAIStyle(flavour, MODEL) as server:
        backend = await connect(server.url)
        server.script(MODEL, script)
        outcome = await ask(backend, chat(MODEL))
        await backend.close()
    assert outcome.error is not None
    assert outcome.error.fault is fault
    assert server.url in outcome.message


@pytest.mark.parametrize("flavour", [Flavour.VLLM, Flavour.LM_STUDIO, Flavour.PLAIN])
async def test_a_model_that_is_not_there(flavour: Flavour) -> None:
    async with OpenAIStyle(flavour, MODEL) as server:
        backend = await connect(server.url)
        outcome = await ask(backend, chat("gone"))
        with pytest.raises(ServerError, match="no model called gone"):
            await backend.describe("gone")
        await backend.close()
    assert outcome.error is not None
    assert outcome.error.fault is Fault.NO_MODEL
    assert "Choose one of those that it has" in outcome.message


async def test_a_prompt_over_the_context(llama: Backend) -> None:
    outcome = await ask(llama, completion(MODEL, "word " * 5000))
    assert outcome.error is not None
    assert outcome.error.fault is Fault.CONTEXT
    assert "request (5000 tokens) exceeds the available context size (4096 tokens). Shorten it" in outcome.message


async def test_a_full_context_is_said(llama: Backend, llama_cpp: OpenAIStyle) -> None:
    llama_cpp.context = 110
    await llama.models()
    outcome = await ask(llama, completion(MODEL, "word " * 100, num_predict=10))
    assert outcome.message == "The context of 110 tokens is full. A shorter prompt leaves more room for the reply."


@pytest.mark.parametrize("script", ["stall", "late", "endless"])
async def test_cancelling_closes_the_connection(llama: Backend, llama_cpp: OpenAIStyle, script: str) -> None:
    llama_cpp.script(MODEL, script)
    task = asyncio.create_task(ask(llama, completion(MODEL)))
    await llama_cpp.until(lambda: bool(llama_cpp.open_now("/v1/completions")))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await llama_cpp.until(lambda: not llama_cpp.open_now())
    assert llama_cpp.seen("/v1/completions")[0].client_closed


async def test_several_tokens_in_one_event() -> None:
    """vLLM sends what it has when the connection is slow; parts of a character have no text to give figures to."""
    events = (
        {
            "text": "ab",
            "logprobs": {"tokens": ["a", "b"], "token_logprobs": [-1, -2], "top_logprobs": [{"a": -1}, None]},
        },
        {"text": "é!", "logprobs": {"tokens": ["\ufffd", "\ufffd", "!"], "token_logprobs": [-1, -2, -3]}},
        {"text": "", "logprobs": {"tokens": ["x"], "token_logprobs": [None], "top_logprobs": None}},
        {"text": "c", "logprobs": {"tokens": [], "token_logprobs": []}, "finish_reason": "stop"},
    )

    async def reply(exchange: Exchange) -> None:
        exchange.begin("text/event-stream")
        for event in events:
            await exchange.chunk(f"data: {json.dumps({'choices': [event]})}\n\n".encode())

    async with OpenAIStyle(Flavour.VLLM, MODEL) as server:
        server.routes["POST", "/v1/completions"] = reply
        backend = await connect(server.url)
        outcome = await ask(backend, completion(MODEL, logprobs=1))
        await backend.close()
    assert [(chunk.text, chunk.logprob) for chunk in outcome.chunks] == [
        ("a", -1),
        ("b", -2),
        ("é", None),
        ("!", -3),
        ("c", None),
    ]
    assert outcome.end is End.STOP, "no [DONE], but the server had given its reason"


@pytest.mark.parametrize(
    ("content", "thinking", "text"),
    [
        ("Hi", "", "Hi"),
        ([{"type": "text", "text": "Hi"}, {"type": "text", "text": "!"}], "", "Hi!"),
        ([{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}, {"text": "Hi"}], "Hm", "Hi"),
        ([None, 3, {"type": "image"}, {"type": "text", "text": 7}, {"type": "text", "text": "Hi"}], "", "Hi"),
        (None, "", ""),
    ],
)
@pytest.mark.parametrize("streams", [True, False])
async def test_content_in_parts_and_answers_in_one_piece(
    llama_cpp: OpenAIStyle, llama: Backend, content: object, thinking: str, text: str, streams: bool
) -> None:
    async def reply(exchange: Exchange) -> None:
        name = "delta" if streams else "message"
        said = {"choices": [{name: {"content": content}, "finish_reason": "stop"}], "usage": {"completion_tokens": "3"}}
        if streams:
            exchange.begin("text/event-stream")
            await exchange.chunk(f"data: {json.dumps(said)}\n\n".encode())
        else:
            await exchange.json(said)

    llama_cpp.routes["POST", "/v1/chat/completions"] = reply
    outcome = await ask(llama, chat(MODEL))
    assert (outcome.thinking, outcome.text, outcome.end) == (thinking, text, End.STOP)
    assert outcome.ending is not None and outcome.ending.stats.tokens == 3


@pytest.mark.parametrize(
    ("event", "end", "words"),
    [
        (b'data: {"object":"error","message":"worker died","code":500}\n\n', End.ERROR, "worker died"),
        (b'error: {"code":500,"message":"slot broke"}\n\n', End.ERROR, "slot broke"),
        (b"event: error\ndata: it is gone\n\n", End.ERROR, "it is gone"),
        (b'data: {"error":{"code":429,"message":"no slot"}}\n\n', End.ERROR, "Wait a little"),
        (b'data: {"error":{"code":400,"message":"context length exceeded"}}\n\n', End.ERROR, "Shorten it"),
        (b'data: {"choices":[{"text":"","finish_reason":"content_filter"}]}\n\ndata: [DONE]\n\n', End.STOP, "filter"),
        (b'data: {"choices":[{"text":"","finish_reason":"abort"}]}\n\ndata: [DONE]\n\n', End.CUT, "may have stopped"),
        (b'data: {"choices":[{"text":"","finish_reason":"repetition"}]}\n\n', End.LOOP, "repeating"),
    ],
)
async def test_last_words(llama_cpp: OpenAIStyle, llama: Backend, event: bytes, end: End, words: str) -> None:
    async def reply(exchange: Exchange) -> None:
        exchange.begin("text/event-stream")
        await exchange.chunk(b'data: {"choices":[{"text":"so far"}]}\n\n')
        await exchange.chunk(event)

    llama_cpp.routes["POST", "/v1/completions"] = reply
    outcome = await ask(llama, completion(MODEL))
    assert (outcome.text, outcome.end) == ("so far", end)
    assert words in outcome.message
