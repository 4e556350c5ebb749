"""What a person is told about a server's memory: against a stand-in that loads and evicts as the real one does."""

import pytest

from alignscope.model.lineup.pane import Lineup, Mode, Model, Pane
from alignscope.model.sampling import PRESETS, Sampling
from alignscope.model.turn import TurnSettings
from alignscope.run.ask import Run
from alignscope.run.memory_advice import eviction_advice, reload_advice
from alignscope.run.servers import Servers
from tests.standin import Ollama

EVEN = PRESETS["even"].sampling.on("num_predict", 4)


def lineup(url: str) -> Lineup:
    return (
        Pane("base", "mistral:text", url, Mode.COMPLETION),
        Pane("instruct", "mistral:instruct", url, Mode.CHAT),
    )


async def ask(servers: Servers, panes: Lineup, sampling: Sampling) -> None:
    async for _ in Run(panes, "Hi", TurnSettings(sampling), servers).events():
        pass


async def test_models_that_fit_together() -> None:
    async with Ollama() as server, Servers(server.url) as servers:
        panes = lineup(server.url)
        await ask(servers, panes, EVEN)
        assert eviction_advice(panes, await (await servers.get(server.url)).models()) == ""


async def test_models_that_evict_each_other() -> None:
    async with Ollama(max_loaded=1) as server, Servers(server.url) as servers:
        panes = lineup(server.url)
        models = await (await servers.get(server.url)).models()
        assert eviction_advice(panes, models) == ""
        await ask(servers, panes, EVEN)
        notice = eviction_advice(panes, await (await servers.get(server.url)).models())
        assert "mistral:text" in notice
        assert "mistral:instruct" in notice
        assert server.url in notice
        assert eviction_advice(panes[:1], models) == ""


async def test_a_changed_context_loads_anew() -> None:
    async with Ollama() as server, Servers(server.url) as servers:
        panes = lineup(server.url)
        wide = EVEN.on("num_ctx", 8192)
        backend = await servers.get(server.url)
        assert reload_advice(panes, wide, await backend.models()) == ""
        await ask(servers, panes, EVEN)
        models = await backend.models()
        assert reload_advice(panes, EVEN, models) == ""
        assert reload_advice(panes, EVEN.on("num_ctx", 4096), models) == ""
        notice = reload_advice(panes, wide, models)
        assert "4096" in notice
        assert "8192" in notice
        await ask(servers, panes, wide)
        assert reload_advice(panes, wide, await backend.models()) == ""


@pytest.mark.parametrize(
    ("loaded", "wanted", "anew"),
    [(8192, 8192, False), (8192, 16384, False), (8192, 4096, True), (4096, 8192, True), (4096, 16384, True)],
)
def test_a_model_is_loaded_with_no_more_context_than_it_has(loaded: int, wanted: int, anew: bool) -> None:
    panes = lineup("http://x")[:1]
    model = Model(name=panes[0].model, server="http://x", loaded=True, loaded_context=loaded, context_length=8192)
    assert bool(reload_advice(panes, EVEN.on("num_ctx", wanted), [model])) is anew
