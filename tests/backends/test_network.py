"""Proxies and certificates are read from the environment, and what is wrong with them is said by the variable."""

import asyncio
import os
import socket
import stat
from contextlib import aclosing, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignscope.backends import connect
from alignscope.backends.base import Chunk, Fault, ServerError
from alignscope.backends.network import KEEP_ALIVE, Proxy, from_inside, proxy_for, trusted
from tests.backends.asking import completion
from tests.standin import Ollama, Script
from tests.waiting import HANGS

GPU = "http://gpu.example:8000"
PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("url", "environment", "proxy"),
    [
        (GPU, {}, None),
        (GPU, {"HTTP_PROXY": PROXY}, Proxy("HTTP_PROXY", PROXY)),
        (GPU, {"HTTP_PROXY": "x", "http_proxy": PROXY}, Proxy("http_proxy", PROXY)),
        (GPU, {"HTTP_PROXY": "proxy.example:3128"}, Proxy("HTTP_PROXY", PROXY)),
        (GPU, {"HTTP_PROXY": " "}, None),
        (GPU, {"HTTPS_PROXY": PROXY}, None),
        ("https://gpu.example", {"HTTPS_PROXY": PROXY, "HTTP_PROXY": "x"}, Proxy("HTTPS_PROXY", PROXY)),
        (GPU, {"ALL_PROXY": PROXY}, Proxy("ALL_PROXY", PROXY)),
        ("http://localhost:8000", {"ALL_PROXY": "socks5://x"}, None),
        ("http://[::1]:8000", {"ALL_PROXY": PROXY}, None),
    ],
)
def test_which_proxy(url: str, environment: dict[str, str], proxy: Proxy | None) -> None:
    assert proxy_for(url, environment) == proxy


@pytest.mark.parametrize(
    ("url", "exempt", "without"),
    [
        (GPU, "*", True),
        (GPU, "gpu.example", True),
        (GPU, "other, GPU.example", True),
        (GPU, "example", True),
        (GPU, ".example", True),
        (GPU, "*.example", True),
        (GPU, "pu.example", False),
        (GPU, "gpu.example:8000", True),
        (GPU, "gpu.example:80", False),
        (GPU, "192.168.0.0/16", False),
        (GPU, ",", False),
        ("http://192.168.3.4:1", "192.168.0.0/16", True),
        ("http://192.168.3.4:1", "192.168.3.4", True),
        ("http://[fd00::1]:1", "fd00::/8", True),
        ("http://[fd00::1]:1", "[fd00::1]", True),
        ("http://[fd00::1]:1", "fd00::1", True),
        ("http://[fd00::1]:1", "[fd00::1]:1", True),
        ("http://[fd00::1]:1", "[fd00::1]:2", False),
        ("http://[fd00::1]:1", "fd01::1", False),
    ],
)
@pytest.mark.parametrize("variable", ["no_proxy", "NO_PROXY"])
def test_whom_no_proxy_exempts(url: str, exempt: str, without: bool, variable: str) -> None:
    assert (proxy_for(url, {"ALL_PROXY": PROXY, variable: exempt}) is None) == without


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_values_give_a_proxy_or_a_sentence(proxy: str, exempt: str) -> None:
    try:
        found = proxy_for(GPU, {"ALL_PROXY": proxy, "NO_PROXY": exempt})
    except ServerError as error:
        assert "ALL_PROXY" in str(error)
    else:
        assert found is None or found.variable == "ALL_PROXY"


@pytest.mark.parametrize("value", ["socks5://me:secret@x:1", "ftp://me:secret@x", "http://me:secret@x:port", "http://"])
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable_alone(value: str) -> None:
    with pytest.raises(ServerError, match=r"http_proxy .*gpu\.example into NO_PROXY") as caught:
        proxy_for(GPU, {"http_proxy": value})
    assert caught.value.fault is Fault.INVALID
    assert "secret" not in str(caught.value)


def test_certificates_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("hello")
    for variable, value, words in (
        ("SSL_CERT_FILE", tmp_path / "none.pem", "no such file"),
        ("SSL_CERT_FILE", tmp_path, "no such file"),
        ("SSL_CERT_FILE", tmp_path / "text.pem", "holds no certificate"),
        ("SSL_CERT_DIR", tmp_path / "none", "no such directory"),
    ):
        with pytest.raises(ServerError, match=f"{variable} names {value}.*{words}.*Correct or unset"):
            trusted({variable: str(value)})


def test_certificates_by_default_and_from_a_directory(tmp_path: Path) -> None:
    assert trusted({}).get_ca_certs()
    assert trusted({"SSL_CERT_DIR": str(tmp_path)}).get_ca_certs() == []


def test_how_to_get_out_of_wsl_and_containers(tmp_path: Path) -> None:
    assert from_inside({}, tmp_path) == ""
    assert "a server on Windows" in from_inside({"WSL_DISTRO_NAME": "Ubuntu"}, tmp_path)
    assert "host.containers.internal" in from_inside({"container": "podman"}, tmp_path)
    (tmp_path / ".dockerenv").touch()
    assert "host.docker.internal" in from_inside({}, tmp_path)


def options_to(port: int) -> list[list[int]]:
    """The keep-alive options of each connection of this process to a port, in the order of KEEP_ALIVE."""
    found = []
    for number in range(1024):
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                with socket.socket(fileno=os.dup(number)) as end:
                    if end.getpeername()[1:2] == (port,):
                        found.append([end.getsockopt(level, name) for level, name, _ in KEEP_ALIVE])
    return found


async def test_a_connection_finds_out_that_its_machine_is_gone(ollama: Ollama) -> None:
    """A cable that was pulled closes nothing: only a keep-alive tells, and a model may be silent for minutes."""
    ollama.default = Script(endless=True, rate=50)
    backend = await connect(ollama.url)
    async with aclosing(backend.stream(completion("mistral:text"))) as items:
        async for item in items:
            if isinstance(item, Chunk):
                break
        options = options_to(ollama.port)
    await backend.close()
    assert options
    for on, idle, between, tries in options:
        assert on
        assert idle + between * tries <= 60, "seconds"


@pytest.mark.parametrize("turns", range(8))
async def test_a_stand_in_that_ends_leaves_no_client_waiting(turns: int) -> None:
    """At whatever turn of the loop between a connection's acceptance and its handler the server ends."""
    loop = asyncio.get_running_loop()
    async with Ollama() as server:
        client = socket.create_connection(("127.0.0.1", server.port))
        client.setblocking(False)
        for _ in range(turns):
            await asyncio.sleep(0)
    with client, suppress(ConnectionError):
        assert await asyncio.wait_for(loop.sock_recv(client, 1), HANGS) == b""
