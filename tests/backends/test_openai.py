"""OpenAI-style servers: what is sent, how replies of every flavour are read, and what goes wrong."""

import asyncio
import json
from urllib.parse import parse_qs

import pytest

from alignscope.backends import connect
from alignscope.backends.base import Backend, Fault, Request, ServerError, ServerInfo
from alignscope.backends.client import Client
from alignscope.backends.dialects import FLAVOURS, LLAMA_CPP, OLLAMA, OPENAI, VLLM, Dialect
from alignscope.backends.openai.backend import OpenAIBackend
from alignscope.backends.openai.models import FALLBACK_TEMPLATE
from alignscope.backends.openai.wire import body, neutralised
from alignscope.model.events import Alternative, End, Phase
from alignscope.model.lineup.pairing import Nature, judge
from alignscope.model.sampling import PARAMETERS, Sampling
from tests.backends.asking import ask, chat, completion, on_the_wire
from tests.standin import Flavour, OpenAIStyle, Script
from tests.standin.web import Exchange

MODEL = "stories"
EVERY = list(Flavour)


async def test_a_completion_on_the_wire(llama: Backend, llama_cpp: OpenAIStyle) -> None:
    request = completion(MODEL, "In the", temperature=0.5, num_predict=3, stop="\n", num_ctx=512, keep_alive="1m")
    assert await on_the_wire(llama, llama_cpp, request, "/v1/completions") == {
        "model": MODEL,
        "prompt": "In the",
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "max_tokens": 3,
        "stop": ["\n"],
    }


async def test_a_chat_on_the_wire(llama: Backend, llama_cpp: OpenAIStyle) -> None:
    request = chat(MODEL, "Hello", system="Be brief.", think=True, logprobs=0)
    sent = await on_the_wire(llama, llama_cpp, request, "/v1/chat/completions")
    assert sent["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]
    assert sent["chat_template_kwargs"] == {"enable_thinking": True}
    assert (sent["logprobs"], sent["top_logprobs"]) == (True, 1)


@pytest.mark.parametrize(
    ("dialect", "request_", "expected", "absent"),
    [
        (LLAMA_CPP, completion(MODEL, num_predict=-1, top_k=0), {"max_tokens": -1, "top_k": 0}, ()),
        (VLLM, completion(MODEL, num_predict=-1, top_k=0), {"max_tokens": None, "top_k": -1}, ()),
        (VLLM, chat(MODEL, num_predict=-1, repeat_penalty=1.1), {"repetition_penalty": 1.1}, ("max_tokens",)),
        (VLLM, completion(MODEL, logprobs=0), {"logprobs": 0}, ("top_logprobs",)),
        (OPENAI, chat(MODEL, num_predict=-1, top_k=3), {}, ("max_tokens", "top_k", "chat_template_kwargs")),
        (OPENAI, chat(MODEL, logprobs=3), {"logprobs": True, "top_logprobs": 3}, ()),
    ],
)
def test_the_dialects_differ(
    dialect: Dialect, request_: Request, expected: dict[str, object], absent: tuple[str, ...]
) -> None:
    sent = body(request_, MODEL, dialect)
    assert {name: sent[name] for name in expected} == expected
    assert not set(absent) & set(sent)


def test_a_server_without_a_name_is_sent_nothing_beyond_the_standard() -> None:
    everything = Sampling({name: parameter.default for name, parameter in PARAMETERS.items()})
    standard = {"temperature", "top_p", "presence_penalty", "frequency_penalty", "seed", "max_tokens", "stop"}
    assert set(OPENAI.fields(everything)) == standard


def test_dialects_speak_of_parameters_that_there_are() -> None:
    for dialect in (OLLAMA, OPENAI, *FLAVOURS):
        assert {*dialect.names, *dialect.lacks, *dialect.ignores} <= set(PARAMETERS)


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


async def test_special_text_comes_as_it_was_written(llama: Backend, llama_cpp: OpenAIStyle) -> None:
    for script, text in (
        ("bad-utf8", "fine \ufffd\ufffd and \u2028\u0085\u2029 on"),
        ("split", "日本語👩‍👩‍👧‍👦é\u0301"),
        ("controls", "\x1b[2J\x1b]0;title\x07[bold]not bold[/]\u202egnol\x9b31m\x00\r\n"),
    ):
        llama_cpp.script(MODEL, script)
        outcome = await ask(llama, completion(MODEL))
        assert (outcome.text, outcome.end) == (text, End.STOP)


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


async def test_phases_of_llama_cpp() -> None:
    async with OpenAIStyle(Flavour.LLAMA_CPP, MODEL, slots=1) as server:
        backend = await connect(server.url)
        server.loading = True
        assert await backend.phase(MODEL) is Phase.LOADING
        server.loading = False
        assert await backend.phase(MODEL) is Phase.WAITING
        server.script(MODEL, "endless")
        task = asyncio.create_task(ask(backend, completion(MODEL)))
        await server.until(lambda: any(seen.pieces for seen in server.open_now("/v1/completions")))
        assert await backend.phase(MODEL) is Phase.QUEUED
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await backend.close()


async def test_models_of_every_flavour() -> None:
    told = {}
    for flavour in EVERY:
        async with OpenAIStyle(flavour, MODEL, "helper") as server:
            backend = await connect(server.url)
            models = await backend.models()
            described = await backend.describe(MODEL)
            with pytest.raises(ServerError, match="can't download models"):
                _ = [pulling async for pulling in backend.pull("new")]
            assert await backend.phase(MODEL) is Phase.WAITING
            asked = any(seen.path.startswith("/slots") for seen in server.requests)
            assert asked is (flavour is Flavour.LLAMA_CPP), "no other has any"
            await backend.close()
        assert [model.name for model in models] == [MODEL, "helper"]
        told[flavour] = (models[0].loaded, models[1].loaded, described.context_length, described.quantization)
    assert told == {
        Flavour.LLAMA_CPP: (True, True, 4096, "Q4_K"),
        Flavour.VLLM: (True, True, 4096, ""),
        Flavour.LM_STUDIO: (True, False, 4096, "Q4_K_M"),
        Flavour.PLAIN: (None, None, None, ""),
    }


async def test_what_llama_cpp_tells_of_its_model(llama: Backend) -> None:
    model = await llama.describe(MODEL)
    assert (model.template, model.parameter_size, model.size) == ("{{ messages }}", "494.03M", 397_807_936)
    assert model.parameters == (
        ("temperature", "0.8"),
        ("top_k", "40"),
        ("top_p", "0.95"),
        ("num_predict", "-1"),
    )


async def test_a_llama_cpp_that_serves_several_models_tells_of_the_one_that_is_asked_about() -> None:
    async with OpenAIStyle(Flavour.LLAMA_CPP, "acme/tuned", "acme/base") as server:
        single = server.routes["GET", "/props"]

        async def props(exchange: Exchange) -> None:
            query = parse_qs(exchange.seen.path.partition("?")[2])
            if query.get("model") == ["acme/tuned"]:
                await single(exchange)
            elif "model" in query:
                await exchange.json({"chat_template": FALLBACK_TEMPLATE, "build_info": "b9000-x"})
            else:
                await exchange.json({"role": "router", "build_info": "b9000-x"})

        server.routes["GET", "/props"] = props
        backend = await connect(server.url)
        tuned, base = [await backend.describe(name) for name in ("acme/tuned", "acme/base")]
        assert backend.info.label == "llama.cpp b9000"
        assert (judge(tuned).nature, judge(base).nature) == (Nature.INSTRUCT, Nature.BASE)
        asked = [parse_qs(seen.path.partition("?")[2]) for seen in server.requests if seen.path.startswith("/props?")]
        assert all(query["autoload"] == ["false"] for query in asked)
        await backend.close()


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
    ("says", "left_out"),
    [
        ("chat_template is not supported for Mistral tokenizers", {"chat_template_kwargs"}),
        ("Unknown parameter: 'stream_options'", {"stream_options"}),
        ("extra fields not permitted", {"chat_template_kwargs", "stream_options"}),
    ],
)
async def test_a_field_that_a_server_refuses_is_left_out_from_then_on(says: str, left_out: set[str]) -> None:
    async with OpenAIStyle(Flavour.VLLM, MODEL) as server:
        writes = server.routes["POST", "/v1/chat/completions"]

        async def picky(exchange: Exchange) -> None:
            if left_out & set(exchange.seen.body):
                await exchange.json({"object": "error", "message": says}, 400)
            else:
                await writes(exchange)

        server.routes["POST", "/v1/chat/completions"] = picky
        backend = await connect(server.url)
        first, second = await ask(backend, chat(MODEL)), await ask(backend, chat(MODEL))
        await backend.close()
    assert first.text == second.text != ""
    assert [left_out & set(sent.body) for sent in first.sent + second.sent] == [left_out, set(), set()]
    assert first.message.endswith(f"would not take {' and '.join(sorted(left_out))}, so the request went without.")
    assert second.message == ""


async def test_a_request_that_is_wrong_anyhow_is_refused_in_the_servers_words(
    llama: Backend, llama_cpp: OpenAIStyle
) -> None:
    llama_cpp.script(MODEL, Script(status=400, error="stop must be a list"))
    wrong = await ask(llama, chat(MODEL))
    llama_cpp.script(MODEL)
    right = await ask(llama, chat(MODEL))
    assert wrong.error is not None and wrong.error.fault is Fault.INVALID
    assert "chat_template_kwargs" in right.sent[0].body


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


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("<|user|>Hi<|end|>", "< |user|>Hi< |end|>"),
        ("a <|b c|> <||> <|", "a <|b c|> <||> <|"),
        ("x < y | z > w", "x < y | z > w"),
        ("", ""),
    ],
)
def test_special_tokens_are_made_harmless(text: str, safe: str) -> None:
    assert neutralised(text) == safe
    assert neutralised(safe) == safe


async def test_a_server_for_every_model() -> None:
    """How the embedded engine uses it: started when needed, one address a model, special tokens made harmless."""

    class Embedded(OpenAIBackend):
        where: dict[str, str] = {}

        async def ready(self, model: str) -> None:
            self.where[model] = addresses[model]

        def route(self, model: str) -> tuple[str, str]:
            return self.where.get(model, "http://127.0.0.1:9"), "inside"

        def neutral(self, model: str) -> bool:
            return model == "second"

    async with OpenAIStyle("llamacpp", "inside") as first, OpenAIStyle("llamacpp", "inside") as second:
        addresses = {"first": first.url, "second": second.url}
        backend = Embedded(ServerInfo("embedded", LLAMA_CPP, name="embedded llama.cpp"), Client(first.url))
        assert (await ask(backend, completion("first", "<|doc|>", num_predict=1))).end is End.LENGTH
        assert (await ask(backend, completion("second", "<|doc|>", num_predict=1))).end is End.LENGTH
        second.script("inside", "crash")
        outcome = await ask(backend, completion("second"))
        await backend.close()
    assert [seen.body["prompt"] for seen in first.seen("/v1/completions")] == ["<|doc|>"]
    assert second.seen("/v1/completions")[0].body["prompt"] == "< |doc|>"
    assert outcome.message.startswith("embedded llama.cpp failed: ")
