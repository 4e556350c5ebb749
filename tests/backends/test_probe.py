"""A URL is asked once what it is, and every wrong answer is said in words."""

import asyncio
import re
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from alignscope.backends import connect
from alignscope.backends.base import Fault, ServerError, ServerInfo
from alignscope.backends.client import Client
from alignscope.backends.dialects import FLAVOURS, LLAMA_CPP, LM_STUDIO, OLLAMA, OPENAI, VLLM, Dialect
from tests.standin import Flavour, Ollama, OpenAIStyle, Server
from tests.standin.web import Exchange


async def test_ollama(ollama: Ollama) -> None:
    backend = await connect(ollama.url)
    await backend.close()
    assert backend.info == ServerInfo(ollama.url, OLLAMA, "0.32.15")
    assert backend.info.label == "Ollama 0.32.15"
    assert [seen.path for seen in ollama.requests] == ["/api/version", "/api/tags"]


@pytest.mark.parametrize("listing", [b"404 page not found", b"<!doctype html><title>A page</title>", b'{"data":[]}'])
async def test_a_version_alone_makes_no_ollama(listing: bytes) -> None:
    """llama-swap and others tell a version at the same path."""

    async def version(exchange: Exchange) -> None:
        await exchange.json({"version": "190"})

    async def tags(exchange: Exchange) -> None:
        await exchange.plain(listing)

    async with OpenAIStyle(Flavour.PLAIN) as server:
        server.routes |= {("GET", "/api/version"): version, ("GET", "/api/tags"): tags}
        backend = await connect(server.url)
        await backend.close()
    assert backend.info.dialect is OPENAI


STYLES = [
    (Flavour.LLAMA_CPP, LLAMA_CPP, "llama.cpp b10488"),
    (Flavour.VLLM, VLLM, "vLLM 0.11.2"),
    (Flavour.LM_STUDIO, LM_STUDIO, "LM Studio"),
    (Flavour.PLAIN, OPENAI, "OpenAI-style server"),
]


def test_every_flavour_has_a_stand_in() -> None:
    assert {dialect.label for _, dialect, _ in STYLES} == {dialect.label for dialect in (*FLAVOURS, OPENAI)}


@pytest.mark.parametrize(("flavour", "dialect", "label"), STYLES)
@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/"])
async def test_openai_styles(flavour: Flavour, dialect: Dialect, label: str, end: str) -> None:
    async with OpenAIStyle(flavour) as server:
        backend = await connect(server.url + end)
        await backend.close()
    assert (backend.info.dialect, backend.info.label, backend.info.url) == (dialect, label, server.url)


async def test_a_llama_cpp_that_is_loading_is_known_already(llama_cpp: OpenAIStyle) -> None:
    llama_cpp.loading = True
    backend = await connect(llama_cpp.url)
    await backend.close()
    assert backend.info.dialect is LLAMA_CPP


async def test_a_host_without_scheme_will_do(ollama: Ollama) -> None:
    backend = await connect(f"localhost:{ollama.port}")
    await backend.close()
    assert backend.info.url == f"http://localhost:{ollama.port}"


async def test_nobody_there(nobody: str) -> None:
    with pytest.raises(ServerError, match=f"Nothing answers at {nobody}.*--host") as caught:
        await connect(nobody)
    assert caught.value.fault is Fault.UNREACHABLE


async def test_no_such_machine() -> None:
    with pytest.raises(ServerError, match=r"No machine called nowhere\.invalid") as caught:
        await connect("nowhere.invalid:80")
    assert caught.value.fault is Fault.UNREACHABLE


@pytest.mark.parametrize("url", ["ftp://example.com", "http://", "http://[bad", "http://a b\n"])
async def test_no_url(url: str) -> None:
    with pytest.raises(ServerError):
        await connect(url)


async def test_a_key_that_is_missing_wrong_and_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WRONG", "wrong")
    monkeypatch.setenv("RIGHT", "open sesame")
    async with OpenAIStyle(Flavour.VLLM, api_key="open sesame") as server:
        for variable, told in (("", "set ALIGNSCOPE_API_KEY_NAME"), ("MISSING", "Set MISSING"), ("WRONG", "Set WRONG")):
            with pytest.raises(ServerError, match=told) as caught:
                await connect(server.url, key_variable=variable)
            assert caught.value.fault is Fault.REFUSED
        backend = await connect(server.url, key_variable="RIGHT")
        await backend.close()
    assert backend.info.dialect is VLLM


async def test_a_password_in_the_url_is_used_and_never_shown(ollama: Ollama) -> None:
    backend = await connect(ollama.url.replace("http://", "http://me:secret@"))
    await backend.close()
    assert ollama.requests[0].headers["authorization"].startswith("Basic ")
    assert backend.info.url == ollama.url


async def test_a_web_server_is_not_taken_for_a_model_server() -> None:
    async with Server() as server:
        with pytest.raises(ServerError, match="neither as Ollama nor as an OpenAI-style server") as caught:
            await connect(server.url)
    assert caught.value.fault is Fault.BROKEN


async def test_something_that_does_not_speak_http() -> None:
    async def greet(exchange: Exchange) -> None:
        exchange.seen.status = 200
        exchange.writer.write(b"220 mail.example.com ESMTP\r\n\r\n")

    async with Server() as server:
        server.routes["GET", "/api/version"] = greet
        with pytest.raises(ServerError, match="does not speak HTTP") as caught:
            await connect(server.url)
    assert caught.value.fault is Fault.BROKEN


async def test_a_server_that_hangs_up(ollama: Ollama) -> None:
    async def hang_up(exchange: Exchange) -> None:
        exchange.keep_alive = False

    ollama.routes["GET", "/api/version"] = hang_up
    with pytest.raises(ServerError, match="closed the connection without an answer"):
        await connect(ollama.url)


@pytest.mark.parametrize(
    ("path", "where", "told"),
    [
        ("/api/version", "https://gpu.example/ollama/api/version", "https://gpu.example/ollama. "),
        ("/v1/models", "/login?next=/v1/models", "/login. "),
    ],
)
async def test_a_redirection_is_told_and_not_followed(path: str, where: str, told: str) -> None:
    async def redirect(exchange: Exchange) -> None:
        exchange.seen.status = 302
        head = f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n"
        exchange.writer.write(head.encode())

    async with Server() as server:
        server.routes["GET", path] = redirect
        with pytest.raises(ServerError, match=f"redirects to .*{re.escape(told)}"):
            await connect(server.url)


async def test_an_answer_that_drips_is_not_waited_for() -> None:
    async def drip(exchange: Exchange) -> None:
        exchange.begin("application/json")
        while True:
            await exchange.chunk(b" ")
            await asyncio.sleep(0.01)

    async with Server() as server:
        server.routes["GET", "/api/version"] = drip
        client = Client(server.url)
        with pytest.raises(ServerError, match=r"wasn't complete within 0.1 seconds"):
            await client.fetch("GET", f"{server.url}/api/version", seconds=0.1)
        await client.close()


async def test_a_server_behind_a_proxy_names_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async def version(exchange: Exchange) -> None:
        await exchange.json({"version": "0.33.0"})

    async def tags(exchange: Exchange) -> None:
        await exchange.json({"models": []})

    async with Server() as proxy:
        proxy.routes["GET", "http://gpu.invalid:11434/api/version"] = version
        proxy.routes["GET", "http://gpu.invalid:11434/api/tags"] = tags
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        backend = await connect("gpu.invalid")
        with pytest.raises(ServerError, match=r"Ollama 0.33.0 at http://gpu.invalid:11434 \(through HTTP_PROXY\)"):
            await backend.describe("m")
        await backend.close()


@pytest.mark.parametrize("status", [407, 502, 503])
async def test_a_proxy_that_answers_by_itself_is_named(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(exchange: Exchange) -> None:
        await exchange.plain(b"<html>no</html>", status, "text/html")

    async with Server() as proxy:
        for path in ("/api/version", "/v1/models"):
            proxy.routes["GET", f"http://gpu.invalid:11434{path}"] = refuse
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with pytest.raises(ServerError, match=f"{proxy.url}.*status {status}.*HTTP_PROXY.*gpu.invalid into NO_PROXY"):
            await connect("gpu.invalid")


async def test_a_proxy_that_is_not_there_is_named(nobody: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", nobody)
    with pytest.raises(ServerError, match=f"proxy {nobody} .*does not answer. Check ALL_PROXY"):
        await connect("gpu.invalid")


async def test_a_certificate_of_ones_own(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with OpenAIStyle(Flavour.VLLM, tls=context) as server:
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        with pytest.raises(ServerError, match=r"certificate that can't be trusted: self.signed.*SSL_CERT_FILE"):
            await connect(server.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        backend = await connect(server.url)
        await backend.close()
        with pytest.raises(ServerError, match="write https://"):
            await connect(server.url.replace("https", "http"))
    assert backend.info.dialect is VLLM


async def test_a_proxy_in_the_environment_is_not_for_the_loopback(
    ollama: Ollama, nobody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, nobody)
    backend = await connect(ollama.url)
    await backend.close()


def test_the_package_is_cheap_to_import() -> None:
    code = "import sys, alignscope.backends; sys.exit(bool({'asyncio', 'httpx', 'textual'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
