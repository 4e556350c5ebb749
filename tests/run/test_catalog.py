"""What servers have: their listings, remembered for records and asked anew for advice."""

import asyncio

import pytest

from alignscope.backends.embedded.engine import engine_problem
from alignscope.model.lineup.pane import EMBEDDED, Mode, Pane
from alignscope.run.catalog import Catalog
from alignscope.run.servers import Servers
from tests.standin import Ollama
from tests.standin.web import Exchange


def pane(model: str, server: str) -> Pane:
    return Pane(model, model, server, Mode.CHAT)


async def test_records_have_what_the_servers_told(servers: Servers, ollama: Ollama, nobody: str) -> None:
    catalog = Catalog(servers)
    lineup = (pane("mistral:text", ollama.url), pane("gone:1b", ollama.url), pane("x", nobody))
    assert [(record.digest, record.server) for record in catalog.records(lineup)] == [("", "")] * 3
    await catalog.learn(lineup)
    text, gone, silent = catalog.records(lineup)
    listed = {model.name: model for model in await catalog.models(lineup)}
    assert text.digest == listed["mistral:text"].digest != ""
    assert (gone.digest, gone.server) == ("", text.server)
    assert text.server.startswith("Ollama ")
    assert (silent.digest, silent.server) == ("", "")
    assert tuple(record.pane for record in (text, gone, silent)) == lineup


async def test_what_is_known_is_not_asked_again(servers: Servers, ollama: Ollama) -> None:
    catalog = Catalog(servers)
    await servers.get(ollama.url)
    before = len(ollama.seen("/api/tags"))
    lineup = (pane("mistral:text", ollama.url), pane("mistral:instruct", ollama.url))
    for _ in range(3):
        await catalog.learn(lineup)
    assert len(ollama.seen("/api/tags")) == before + 1
    await catalog.models(lineup)
    assert len(ollama.seen("/api/tags")) == before + 2, "one listing a server, however many panes it has"


async def test_a_model_is_found_without_its_tag(servers: Servers) -> None:
    async with Ollama() as server:
        listing = await Catalog(servers).listing(server.url)
        assert listing.find("mistral:text") is not None
        assert listing.find("mistral") is listing.find("mistral:latest")


async def test_whoever_waits_for_listings_and_leaves_leaves_no_request_behind(servers: Servers, ollama: Ollama) -> None:
    await servers.get(ollama.url)
    asked = asyncio.Event()

    async def tags(_: Exchange) -> None:
        asked.set()
        await asyncio.Event().wait()

    ollama.routes["GET", "/api/tags"] = tags
    before = asyncio.all_tasks()
    waiting = asyncio.create_task(Catalog(servers).models((pane("mistral:text", ollama.url),)))
    await asked.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    left = asyncio.all_tasks() - before
    assert not [task for task in left if "Catalog" in repr(task)], "they would open connections that nobody closes"


async def test_each_server_is_listed_once_and_one_that_is_not_there_says_so(
    servers: Servers, ollama: Ollama, nobody: str
) -> None:
    await servers.get(ollama.url)
    before = len(ollama.seen("/api/tags"))
    answers = {each.server: each async for each in Catalog(servers).listings([ollama.url, nobody, ollama.url])}
    assert answers.keys() == {ollama.url, nobody}
    assert not answers[ollama.url].error
    assert nobody in answers[nobody].error
    assert len(ollama.seen("/api/tags")) == before + 1


@pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")
async def test_models_are_described_as_far_as_their_servers_answer(
    servers: Servers, ollama: Ollama, nobody: str
) -> None:
    lineup = (
        pane("mistral:text", ollama.url),
        pane("gone:1b", ollama.url),
        pane("x", nobody),
        pane("twin:text", EMBEDDED),
    )
    infos, models = await Catalog(servers).describe(lineup)
    assert models.keys() == {"mistral:text", "twin:text"}
    assert [info.url for info in infos] == [ollama.url, ollama.url, EMBEDDED]
