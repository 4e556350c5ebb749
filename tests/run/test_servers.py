"""One connection a server, kept for as long as it is used."""

import asyncio

import pytest

from alignscope.backends.base import Fault, ServerError
from alignscope.run.servers import Servers
from tests.standin import Flavour, Ollama, OpenAIStyle
from tests.standin.web import Exchange


async def test_one_backend_a_server(servers: Servers, ollama: Ollama) -> None:
    backends = await asyncio.gather(*(servers.get(name) for name in (ollama.url, f"{ollama.url}/", ollama.url)))
    assert backends[0] is backends[1] is backends[2]
    assert len(ollama.seen("/api/version")) == 1
    assert servers.open == (backends[0],)


async def test_a_server_that_was_not_there_is_asked_again(servers: Servers, nobody: str) -> None:
    with pytest.raises(ServerError) as error:
        await servers.get(nobody)
    assert error.value.fault is Fault.UNREACHABLE
    async with Ollama(port=int(nobody.rpartition(":")[2])):
        assert (await servers.get(nobody)).info.label.startswith("Ollama")


async def test_a_key_goes_to_its_server_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "sesame")
    async with (
        OpenAIStyle(Flavour.VLLM, api_key="sesame") as named,
        OpenAIStyle(Flavour.VLLM) as other,
        Servers("", {named.url: "KEY"}) as servers,
    ):
        assert await (await servers.get(f"{named.url}/v1")).models()
        assert await (await servers.get(other.url)).models()
    assert {seen.headers.get("authorization") for seen in named.requests} == {"Bearer sesame"}
    assert {seen.headers.get("authorization") for seen in other.requests} == {None}


async def test_a_name_and_a_password_are_used_and_seen_nowhere(ollama: Ollama) -> None:
    async with Servers(ollama.url.replace("http://", "http://me:secret@")) as servers:
        assert servers.default_host == ollama.url == servers.address(f"{ollama.url}/")
        backend = await servers.get(servers.default_host)
        assert await servers.get(ollama.url.replace("//", "//me:secret@")) is backend
        await backend.models()
    assert {seen.headers["authorization"][:6] for seen in ollama.requests} == {"Basic "}


async def test_one_server_has_one_login(ollama: Ollama) -> None:
    mine, other = (ollama.url.replace("//", f"//{login}@") for login in ("me:secret", "you:other"))
    async with Servers() as servers:
        await servers.get(mine)
        with pytest.raises(ServerError, match="another name and password") as refused:
            await servers.get(other)
        assert "secret" not in str(refused.value)
        assert "other:" not in str(refused.value)
        assert (await servers.get(ollama.url)).info.url == ollama.url
    assert len({seen.headers["authorization"] for seen in ollama.requests}) == 1


async def test_a_connection_that_is_made_while_all_are_closed_is_closed_too(nobody: str) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def version(exchange: Exchange) -> None:
        asked.set()
        await answer.wait()
        await exchange.json({"version": "0.17.4"})

    async with Ollama(port=int(nobody.rpartition(":")[2])) as slow:
        slow.routes["GET", "/api/version"] = version
        servers = Servers()
        asking = asyncio.create_task(servers.get(slow.url))
        await asked.wait()
        await servers.close()
        answer.set()
        with pytest.raises(ServerError, match="closed"):
            await asking
        assert servers.open == ()
        await slow.until(lambda: slow.connected == 0)
        with pytest.raises(ServerError, match="closed"):
            await servers.get(slow.url)


async def test_the_url_that_a_server_gives_its_models_is_the_same_server(
    ollama: Ollama, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "sesame")
    url = f"http://LOCALHOST:{ollama.port}"
    async with Servers(url, {url: "KEY"}) as servers:
        backend = await servers.get(url)
        [model, *_] = await backend.models()
        assert model.server != url
        assert await servers.get(model.server) is backend
        assert servers.open == (backend,)


async def test_the_default_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "0.0.0.0:1234")
    assert Servers().default_host == "http://127.0.0.1:1234"
    assert Servers("gpu:99").default_host == "http://gpu:99"
    monkeypatch.delenv("OLLAMA_HOST")
    assert Servers().default_host == "http://127.0.0.1:11434"
