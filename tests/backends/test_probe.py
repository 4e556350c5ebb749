"""A URL is asked once what it is, and every wrong answer is said in words."""

import subprocess
import sys

import pytest

from alignscope.backends import Fault, ServerError, ServerInfo, connect
from alignscope.backends.dialects import LLAMA_CPP, LM_STUDIO, OLLAMA, OPENAI, VLLM, Dialect
from tests.standin import Flavour, Ollama, OpenAIStyle, Server
from tests.standin.web import Exchange


async def test_ollama(ollama: Ollama) -> None:
    backend = await connect(ollama.url)
    await backend.close()
    assert backend.info == ServerInfo(ollama.url, OLLAMA, "0.32.15")
    assert backend.info.label == "Ollama 0.32.15"
    assert [seen.path for seen in ollama.requests] == ["/api/version"]


@pytest.mark.parametrize(
    ("flavour", "dialect", "label"),
    [
        (Flavour.LLAMA_CPP, LLAMA_CPP, "llama.cpp b10488"),
        (Flavour.VLLM, VLLM, "vLLM 0.11.2"),
        (Flavour.LM_STUDIO, LM_STUDIO, "LM Studio"),
        (Flavour.PLAIN, OPENAI, "OpenAI-style server"),
    ],
)
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


async def test_a_key_that_is_missing_wrong_and_right() -> None:
    async with OpenAIStyle(Flavour.VLLM, api_key="open sesame") as server:
        for key in (None, "wrong"):
            with pytest.raises(ServerError, match="ALIGNSCOPE_API_KEY") as caught:
                await connect(server.url, api_key=key)
            assert caught.value.fault is Fault.REFUSED
        backend = await connect(server.url, api_key="open sesame")
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


async def test_a_proxy_in_the_environment_is_not_for_the_loopback(
    ollama: Ollama, nobody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, nobody)
    backend = await connect(ollama.url)
    await backend.close()


def test_the_package_is_cheap_to_import() -> None:
    code = "import sys, alignscope.backends; sys.exit(bool({'httpx', 'textual', 'httpcore'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
