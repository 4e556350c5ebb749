"""Ollama: what is sent, what is told of models, and downloads."""

from typing import Any

import pytest

from alignscope.backends import connect
from alignscope.backends.base import Backend, Fault, Pulling, ServerError
from alignscope.backends.ollama.wire import parse_parameters
from alignscope.model.events import Alternative, End, Phase
from alignscope.model.sampling import PARAMETERS, PRESETS
from tests.backends.asking import ask, chat, completion, on_the_wire, would_send
from tests.standin import MANY, Held, Ollama, Script
from tests.standin.ollama import KINDS

BASE, TUNED = "mistral:text", "mistral:instruct"


def test_the_stand_in_knows_every_option() -> None:
    assert set(PARAMETERS) - {"keep_alive"} <= set(KINDS)


async def test_a_completion_on_the_wire(backend: Backend, ollama: Ollama) -> None:
    request = completion(BASE, "In the", temperature=0.5, stop=["\n", "Q:"], keep_alive="10m", num_predict=3)
    assert await on_the_wire(backend, ollama, request, "/api/generate") == {
        "model": BASE,
        "prompt": "In the",
        "raw": True,
        "stream": True,
        "think": False,
        "options": {"temperature": 0.5, "num_predict": 3, "stop": ["\n", "Q:"]},
        "keep_alive": "10m",
    }


async def test_a_chat_on_the_wire(backend: Backend, ollama: Ollama) -> None:
    request = chat(TUNED, "Hello", system="Be brief.", logprobs=5, think=False)
    assert await on_the_wire(backend, ollama, request, "/api/chat") == {
        "model": TUNED,
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
        "stream": True,
        "think": False,
        "options": {},
        "logprobs": True,
        "top_logprobs": 5,
    }


async def test_every_parameter_arrives_in_the_type_the_server_wants(backend: Backend, ollama: Ollama) -> None:
    values: dict[str, Any] = {name: parameter.default for name, parameter in PARAMETERS.items()}
    outcome = await ask(backend, completion(BASE, **values))
    assert outcome.error is None
    body = ollama.seen("/api/generate")[0].body
    assert {*body["options"], "keep_alive"} == set(PARAMETERS)
    assert "keep_alive" not in body["options"]


@pytest.mark.parametrize(("typed", "sent"), [("5m", "5m"), ("30", 30), ("-1", -1), ("0", 0), ("1.5", 1.5)])
async def test_keep_alive_without_a_unit_is_a_number(backend: Backend, typed: str, sent: object) -> None:
    body = await would_send(backend, completion(BASE, keep_alive=typed))
    assert body["keep_alive"] == sent


async def test_a_parameter_that_is_off_is_not_sent(backend: Backend) -> None:
    body = await would_send(backend, completion(BASE))
    assert body["options"] == {}
    assert "keep_alive" not in body


async def test_an_empty_prompt_is_refused_before_anything_is_sent(backend: Backend, ollama: Ollama) -> None:
    outcome = await ask(backend, completion(BASE, ""))
    assert outcome.error is not None
    assert outcome.error.fault is Fault.INVALID
    assert "can't continue an empty prompt" in outcome.message
    assert not ollama.seen("/api/generate")


async def test_the_servers_figures(backend: Backend) -> None:
    outcome = await ask(backend, completion(BASE, "one two three", num_predict=7))
    assert outcome.ending is not None
    stats = outcome.ending.stats
    assert (outcome.end, stats.tokens, stats.prompt_tokens, outcome.message) == (End.LENGTH, 7, 3, "")
    assert stats.tokens_per_second and stats.load_ms is not None


async def test_a_server_that_tells_no_figures(backend: Backend, ollama: Ollama) -> None:
    ollama.script(BASE, Script(stats=False))
    outcome = await ask(backend, completion(BASE))
    assert outcome.ending is not None
    assert (outcome.end, outcome.ending.stats.tokens, outcome.ending.stats.prompt_tokens) == (End.STOP, 0, None)


async def test_logprobs(backend: Backend, ollama: Ollama) -> None:
    ollama.script(BASE, Script(pieces=("cat", " sat")))
    outcome = await ask(backend, completion(BASE, logprobs=2))
    assert [chunk.text for chunk in outcome.chunks] == ["cat", " sat"]
    assert outcome.chunks[0].logprob == -0.5
    assert outcome.chunks[0].alternatives == (Alternative("cat", -0.5), Alternative("cat1", -1.5))
    outcome = await ask(backend, completion(BASE, logprobs=0))
    assert (outcome.chunks[0].logprob, outcome.chunks[0].alternatives) == (-0.5, ())


async def test_logprobs_of_a_server_that_has_none() -> None:
    async with Ollama(version="0.12.3") as old:
        backend = await connect(old.url)
        outcome = await ask(backend, completion(BASE, logprobs=2))
        await backend.close()
    assert "logprobs" not in old.seen("/api/generate")[0].body
    assert outcome.chunks[0].logprob is None


async def test_thinking_is_kept_apart() -> None:
    async with Ollama(MANY) as server:
        backend = await connect(server.url)
        server.script("qwen3:0.6b", Script(thinking=("Hm", "."), pieces=("Yes", "!")))
        thoughtful = await ask(backend, chat("qwen3:0.6b", think=True))
        silent = await ask(backend, chat("qwen3:0.6b"))
        raw = await ask(backend, completion("qwen3:0.6b", think=True))
        await backend.close()
    assert (thoughtful.thinking, thoughtful.text) == ("Hm.", "Yes!")
    assert (silent.thinking, silent.text) == ("", "Yes!")
    assert (raw.thinking, raw.text) == ("", "Yes!")
    assert [seen.body["think"] for seen in server.requests if "think" in seen.body] == [True, False, False]


async def test_thinking_of_a_model_that_can_not(backend: Backend) -> None:
    outcome = await ask(backend, chat(TUNED, think=True))
    assert outcome.error is not None
    assert outcome.error.fault is Fault.INVALID
    assert "Switch thinking off" in outcome.message


async def test_a_stop_string_ends_a_reply(backend: Backend, ollama: Ollama) -> None:
    ollama.script(BASE, Script(pieces=("A", " l", "ong", " way", " home")))
    outcome = await ask(backend, completion(BASE, stop="ng w"))
    assert (outcome.text, outcome.end) == ("A lo", End.STOP)


@pytest.mark.parametrize("where", ["options", "server"])
async def test_a_prompt_that_was_cut_is_said(backend: Backend, ollama: Ollama, where: str) -> None:
    ollama.context = 300
    fields = {"num_ctx": 300} if where == "options" else {}
    outcome = await ask(backend, completion(BASE, "word " * 500, num_predict=5, **fields))
    assert outcome.end is End.LENGTH
    assert "longer than the context of 300 tokens" in outcome.message
    assert "num_ctx" in outcome.message
    outcome = await ask(backend, completion(BASE, "word " * 200, num_predict=5, **fields))
    assert outcome.message == ""


async def test_a_full_context_is_said(backend: Backend, ollama: Ollama) -> None:
    ollama.script(BASE, "flood")
    ollama.shifts = False
    outcome = await ask(backend, completion(BASE, num_ctx=100, num_predict=1000))
    assert outcome.end is End.LENGTH
    assert "context of 100 tokens is full" in outcome.message


@pytest.mark.parametrize("where", ["options", "server"])
async def test_a_reply_that_outgrew_its_context_is_said(backend: Backend, ollama: Ollama, where: str) -> None:
    ollama.context = 300
    ollama.script(BASE, "flood")
    fields: dict[str, Any] = {"num_ctx": 300} if where == "options" else {}
    outcome = await ask(backend, completion(BASE, num_predict=400, **fields))
    assert (outcome.end, len(outcome.chunks)) == (End.LENGTH, 400)
    assert outcome.ending is not None
    asked = outcome.ending.stats.prompt_tokens or 0
    assert "outgrew the context of 300 tokens" in outcome.message
    for predict, words in ((290, ""), (300 - asked + 1, ""), (300 - asked + 2, "outgrew")):
        outcome = await ask(backend, completion(BASE, num_predict=predict, **fields))
        assert words in outcome.message and bool(words) == bool(outcome.message)


async def test_a_context_that_can_not_be_raised_is_said() -> None:
    async with Ollama([Held("story:latest", context_length=256)]) as server:
        server.script("story:latest", "flood")
        backend = await connect(server.url)
        request = completion("story", num_ctx=4096, num_predict=400)
        before = await ask(backend, request)
        await backend.describe("story")
        outgrown = await ask(backend, request)
        cut = await ask(backend, completion("story", "word " * 400, num_predict=5))
        server.shifts = False
        full = await ask(backend, request)
        await backend.close()
    assert "Raise num_ctx" in before.message
    for outcome in (outgrown, cut, full):
        assert "context of 256 tokens" in outcome.message
        assert "The model holds no more" in outcome.message


@pytest.mark.parametrize("name", ["two words", "http://localhost:1/mistral:text", "mistral:"])
async def test_what_can_not_be_a_name(backend: Backend, name: str) -> None:
    outcome = await ask(backend, chat(name))
    assert outcome.error is not None
    assert outcome.error.fault is Fault.NO_MODEL
    assert f"{name} is not a name that Ollama" in outcome.message
    with pytest.raises(ServerError, match="NAME:TAG"):
        _ = [pulling async for pulling in backend.pull(name)]
    with pytest.raises(ServerError, match="NAME:TAG"):
        await backend.describe(name)


async def test_models() -> None:
    async with Ollama(MANY) as server:
        backend = await connect(server.url)
        models = {model.name: model for model in await backend.models()}
        await ask(backend, completion(BASE))
        after = {model.name: model for model in await backend.models()}
        base = await backend.describe(BASE)
        tuned = await backend.describe(TUNED)
        await backend.close()
    assert list(models) == [held.name for held in MANY]
    assert models["llama3.2:1b-text-q4_K_M"].quantization == "Q4_K_M"
    assert models[BASE].digest.startswith("sha256:")
    assert models["nomic-embed-text:latest"].capabilities == ("embedding",)
    assert [name for name, model in models.items() if model.remote] == ["gpt-oss:120b-cloud"]
    assert not any(model.loaded for model in models.values())
    assert [name for name, model in after.items() if model.loaded] == [BASE]
    assert (base.template, base.stops, base.context_length) == ("{{ .Prompt }}", False, 32768)
    assert base.digest == models[BASE].digest
    assert tuned.stops
    assert tuned.parameters == (("stop", "[INST]"), ("stop", "[/INST]"), ("temperature", "0.7"))


@pytest.mark.parametrize("name", ["story", "Story", "STORY:Latest"])
async def test_a_model_is_found_by_any_way_to_write_its_name(name: str) -> None:
    async with Ollama([Held("story:latest")]) as server:
        backend = await connect(server.url)
        model = await backend.describe(name)
        outcome = await ask(backend, completion(name, num_predict=1))
        assert await backend.phase(name) is Phase.WAITING
        await backend.close()
    assert (model.name, model.size) == ("story:latest", 4_109_865_159)
    assert outcome.error is None


async def test_a_model_that_is_not_there(backend: Backend) -> None:
    with pytest.raises(ServerError, match="no model called gone") as caught:
        await backend.describe("gone")
    assert caught.value.fault is Fault.NO_MODEL


def test_the_parameters_block() -> None:
    text = 'stop                           "<|im_start|>"\ntemperature   0.7\r\nstop "a \\"b\\"\\n"\n\nodd\nstop "\n'
    assert parse_parameters(text) == (
        ("stop", "<|im_start|>"),
        ("temperature", "0.7"),
        ("stop", 'a "b"\n'),
        ("stop", ""),
    )


async def test_a_download(backend: Backend, ollama: Ollama) -> None:
    said = [pulling async for pulling in backend.pull("new:model")]
    assert ollama.seen("/api/pull")[0].body == {"model": "new:model", "stream": True}
    assert said[0] == Pulling("pulling manifest")
    assert said[-1].status == "success"
    assert said[-1].completed == said[-1].total == 4_011_786
    assert [p.completed for p in said] == sorted(p.completed for p in said)
    assert "new:model" in {model.name for model in await backend.models()}


@pytest.mark.parametrize(
    ("error", "fault", "words"),
    [
        ("pull model manifest: file does not exist", Fault.NO_MODEL, "library has no model called new:model"),
        ("max retries exceeded: no route to host", Fault.FAILED, "no route to host"),
        (
            'pull model manifest: Get "https://registry.ollama.ai/v2/library/new/manifests/model": dial tcp: lookup '
            "registry.ollama.ai on 127.0.0.53:53: no such host",
            Fault.FAILED,
            "could not reach registry.ollama.ai to download new:model: no such host. Check the network",
        ),
    ],
)
async def test_a_download_that_fails(backend: Backend, ollama: Ollama, error: str, fault: Fault, words: str) -> None:
    ollama.pull_error = error
    with pytest.raises(ServerError, match=words) as caught:
        _ = [pulling async for pulling in backend.pull("new:model")]
    assert caught.value.fault is fault


async def test_the_default_preset_is_sent_whole(backend: Backend) -> None:
    even = PRESETS["even"].sampling
    body = await would_send(backend, completion(BASE, **dict[str, Any](even)))
    assert body["options"] == dict(even)
