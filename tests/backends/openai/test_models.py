"""What OpenAI-style servers tell of their models."""

import asyncio
from urllib.parse import parse_qs

import pytest

from alignscope.backends import connect
from alignscope.backends.base import Backend, ServerError, ServerInfo
from alignscope.backends.client import Client
from alignscope.backends.dialects import LLAMA_CPP
from alignscope.backends.openai.backend import OpenAIBackend
from alignscope.backends.openai.models import FALLBACK_TEMPLATE, ListedModel, Meta, listed_model
from alignscope.model.events import End, Phase
from alignscope.model.lineup.pairing import Nature, judge
from tests.backends.asking import ask, completion
from tests.backends.openai.flavours import EVERY, MODEL
from tests.standin import Flavour, OpenAIStyle
from tests.standin.web import Exchange


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


@pytest.mark.parametrize(
    ("meta", "size", "vocabulary"),
    [
        (Meta(n_params=494_030_000, n_vocab=151_936), "494.03M", 151_936),
        (Meta(n_params=10**9 - 10**7, n_vocab=1), "990.00M", 1),
        (Meta(n_params=10**9, n_vocab=0), "1.0B", None),
        (Meta(n_params=0, n_vocab=-1), "", None),
        (None, "", None),
    ],
)
def test_size_and_vocabulary_as_they_are_listed(meta: Meta | None, size: str, vocabulary: int | None) -> None:
    model = listed_model(ListedModel(id="m", meta=meta), "http://x", LLAMA_CPP)
    assert (model.parameter_size, model.vocabulary) == (size, vocabulary)


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
