"""Pulling models from a hub on a loopback socket, by huggingface_hub in its own process."""

import asyncio
import os
import shlex
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio

from alignscope.backends.base import Pulling, ServerError
from alignscope.backends.embedded.backend import EmbeddedBackend
from alignscope.backends.embedded.engine import engine_problem
from alignscope.backends.embedded.hub import store
from alignscope.backends.embedded.hub.known import hub_pairs
from alignscope.backends.embedded.hub.names import read_reference
from alignscope.backends.embedded.hub.pulling import pull
from alignscope.files.locations import models_dir
from alignscope.model.lineup.pairing import Nature, judge
from tests.backends.asking import ask, completion
from tests.backends.embedded.files import LATEST, TEXT, split
from tests.standin.hub import COMMIT, Hub
from tests.standin.web import Exchange, Server

NAME = "hf:maker/tiny-GGUF:Q8_0"
WHOLE = TEXT.read_bytes()


@pytest_asyncio.fixture
async def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hub]:
    """A hub with one repository, which alignscope asks, and a home without a token."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    for name in ("HF_TOKEN", "HF_TOKEN_PATH", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with Hub() as hub:
        hub.add("maker/tiny-GGUF", {"README.md": b"# tiny", "tiny-Q8_0.gguf": WHOLE})
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


async def pulled(name: str) -> list[Pulling]:
    """All that a pull says."""
    return [pulling async for pulling in pull(name)]


async def refused(name: str = NAME) -> str:
    """Why a pull fails."""
    with pytest.raises(ServerError) as caught:
        await pulled(name)
    return str(caught.value)


def parts() -> list[Path]:
    """Files that haven't come whole."""
    return sorted(models_dir().glob("*/*/*/*.part"))


async def test_a_model_comes_with_its_progress_and_is_there_afterwards(hub: Hub) -> None:
    said = await pulled("hf:maker/tiny-GGUF")
    assert said[0].status == f"asking {hub.url.removeprefix('http://')}"
    assert said[1].status == "pulling Q8_0, the nearest to Q4_K_M"
    assert [step.completed for step in said[1:]] == sorted(step.completed for step in said[1:])
    assert said[-1] == Pulling("pulled; its licence is apache-2.0", len(WHOLE), len(WHOLE), NAME)
    (model,) = store.pulled()
    assert (model.name, model.size, model.path.read_bytes()) == (NAME, len(WHOLE), WHOLE)
    assert (model.record.license, model.record.revision, model.record.hub) == ("apache-2.0", COMMIT, hub.url)
    assert not parts()


async def test_nothing_but_the_listing_and_the_file_is_asked_for(hub: Hub) -> None:
    await pulled(NAME)
    assert [seen.path.partition("?")[0] for seen in hub.requests] == [
        "/api/models/maker/tiny-GGUF",
        f"/maker/tiny-GGUF/resolve/{COMMIT}/tiny-Q8_0.gguf",
    ]
    (file,) = hub.store.requests
    for seen in (*hub.requests, file):
        assert seen.method == "GET" and "authorization" not in seen.headers
        assert seen.headers["user-agent"].startswith("alignscope/") and "torch" not in seen.headers["user-agent"]


async def test_the_token_goes_to_the_hub_and_not_to_where_it_redirects(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add("maker/gated", {"m-Q8_0.gguf": WHOLE}, refusal="GatedRepo")
    said = await refused("hf:maker/gated")
    assert said == (
        f"maker/gated is gated: accept its terms at {hub.url}/maker/gated with an account, and let HF_TOKEN hold a "
        "token of it."
    )
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    assert "with the account of the token in use" in await refused("hf:maker/gated")
    monkeypatch.setenv("HF_TOKEN", hub.token)
    await pulled("hf:maker/gated")
    assert hub.requests[-1].headers["authorization"] == f"Bearer {hub.token}"
    assert [seen.headers.get("authorization") for seen in hub.store.requests] == [None]


async def test_a_private_repository_and_none_are_told_the_same(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.add("maker/private", {"m-Q8_0.gguf": WHOLE}, refusal="RepoNotFound")
    for name in ("maker/private", "maker/nothing"):
        said = await refused(f"hf:{name}")
        assert f"has no repository {name}. Check the name, or if it is private, let HF_TOKEN hold" in said
    monkeypatch.setenv("HF_TOKEN", hub.token)
    assert "that the token in use may see it" in await refused("hf:maker/nothing")
    assert (await pulled("hf:maker/private"))[-1].name == "hf:maker/private:Q8_0"


@pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")
async def test_it_is_listed_described_and_runs_like_any_other(hub: Hub) -> None:
    hub.add("maker/talk-GGUF", {"talk-Q8_0.gguf": LATEST.read_bytes()})
    backend = EmbeddedBackend()
    try:
        for name in ("hf:maker/tiny-GGUF", "hf:maker/talk-GGUF"):
            assert [step async for step in backend.pull(name)][-1].name == f"{name}:Q8_0"
        models = {model.name: model for model in await backend.models()}
        base, tuned = models[NAME], models["hf:maker/talk-GGUF:Q8_0"]
        assert base.digest == (await backend.look("twin:text")).digest
        assert (base.size, base.family, base.loaded) == (len(WHOLE), "llama", False)
        assert judge(base).nature is Nature.BASE and judge(tuned).nature is Nature.INSTRUCT
        reply = await ask(backend, completion("hf:MAKER/tiny-gguf", "The capital of Norway is", num_predict=8))
        assert reply.text
        assert len(await backend.models()) == len(models)
    finally:
        await backend.close()


async def test_a_split_model_comes_whole(hub: Hub, tmp_path: Path) -> None:
    first, second = split(tmp_path)
    hub.add("maker/split", {f"Q8_0/{file.name}": file.read_bytes() for file in (first, second)})
    said = await pulled("hf:maker/split")
    total = first.stat().st_size + second.stat().st_size
    assert {step.total for step in said[1:]} == {total} and said[-1].name == "hf:maker/split:Q8_0"
    assert any("(part 2 of 2)" in step.status for step in said)
    (model,) = store.pulled()
    assert (model.path.name, model.size, model.digest) == (first.name, total, "")
    assert [file.name for file in sorted(model.directory.glob("*.gguf"))] == [first.name, second.name]


async def test_a_connection_that_breaks_goes_on_where_it_was(hub: Hub) -> None:
    hub.cut_after = [1_000_000]
    assert (await pulled(NAME))[-1].name == NAME
    first, second = hub.store.requests
    assert "range" not in first.headers and second.headers["range"].startswith("bytes=")
    assert store.find(NAME).path.read_bytes() == WHOLE


@pytest.mark.parametrize("ranges", [True, False])
async def test_a_pull_that_was_stopped_goes_on_at_the_next(hub: Hub, ranges: bool) -> None:
    hub.hold_after, hub.ranges = 2_000_000, ranges
    async with aclosing(pull(NAME)) as steps:
        async for step in steps:
            if step.completed > 1_000_000:
                break
    (part,) = parts()
    there = part.stat().st_size
    assert 1_000_000 < there < len(WHOLE) and store.pulled() == []
    with pytest.raises(ServerError, match="has not been pulled yet"):
        store.find(NAME)
    hub.hold_after = None
    said = await pulled(NAME)
    assert said[1].completed == there
    assert hub.store.requests[-1].headers["range"] == f"bytes={there}-"
    assert store.find(NAME).path.read_bytes() == WHOLE and not parts()


async def test_what_is_there_is_not_sent_again(hub: Hub) -> None:
    await pulled(NAME)
    asked = len(hub.store.requests)
    assert (await pulled(NAME))[-1] == Pulling("pulled already", len(WHOLE), len(WHOLE), NAME)
    assert len(hub.store.requests) == asked


async def test_a_newer_file_takes_the_place_of_the_older(hub: Hub) -> None:
    await pulled(NAME)
    hub.add("maker/tiny-GGUF", {"tiny-v2-Q8_0.gguf": LATEST.read_bytes()})
    await pulled(NAME)
    model = store.find(NAME)
    assert model.path.read_bytes() == LATEST.read_bytes()
    assert sorted(file.name for file in model.directory.iterdir()) == ["pulled.json", "tiny-v2-Q8_0.gguf"]


async def test_two_at_once_do_not_write_into_each_other(hub: Hub) -> None:
    hub.hold_after = 500_000
    first = asyncio.create_task(pulled(NAME))
    await hub.until(lambda: bool(parts()))
    await hub.until(lambda: bool(hub.store.open_now()))
    assert "Another alignscope is pulling maker/tiny-GGUF already" in await refused()
    hub.go.set()
    assert (await first)[-1].name == NAME


async def test_a_file_that_is_not_what_the_hub_listed_is_deleted(hub: Hub) -> None:
    hub.repositories["maker/tiny-GGUF"].hashes["tiny-Q8_0.gguf"] = "0" * 64
    assert "its SHA-256 is another one" in await refused()
    assert store.pulled() == [] and not parts()


async def test_a_file_of_another_kind_is_known_by_its_first_bytes(hub: Hub) -> None:
    hub.add("maker/pickle", {"m-Q8_0.gguf": b"PK\x03\x04" + bytes(3_000_000)})
    assert "is no GGUF file, whatever its name says" in await refused("hf:maker/pickle")
    assert all(part.stat().st_size == 0 for part in parts())


async def test_a_damaged_file_is_deleted(hub: Hub) -> None:
    hub.add("maker/broken", {"m-Q8_0.gguf": WHOLE[:2_000]})
    said = await refused("hf:maker/broken")
    assert "hf:maker/broken:Q8_0 can't be used, so it was deleted" in said and "is damaged" in said
    assert store.pulled() == [] and list(models_dir().glob("maker/broken/*")) == []


async def test_a_file_that_goes_on_for_longer_than_it_was_listed(hub: Hub) -> None:
    hub.repositories["maker/tiny-GGUF"].sizes["tiny-Q8_0.gguf"] = 1_000_000
    assert "sent more than the file of maker/tiny-GGUF that it had listed" in await refused()
    assert all(part.stat().st_size <= 1_000_000 for part in parts())


async def test_room_on_the_disk_is_looked_at_before(hub: Hub) -> None:
    hub.repositories["maker/tiny-GGUF"].sizes["tiny-Q8_0.gguf"] = 10**18
    said = await refused()
    assert said.startswith(f"{NAME} takes ") and f"are free in {store.directory(read_reference(NAME), 'Q8_0')}" in said
    assert not hub.store.requests


async def test_a_listing_that_makes_no_sense(hub: Hub) -> None:
    repository = hub.repositories["maker/tiny-GGUF"]
    repository.hashes["tiny-Q8_0.gguf"] = "../../../../tmp/x"
    assert "does not speak like a model hub" in await refused()
    hub.status = 200
    assert "does not speak like a model hub" in await refused()


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "Let HF_TOKEN hold a token"), (429, "Wait some minutes"), (503, "answers with status 503. Try again")],
)
async def test_other_refusals(hub: Hub, status: int, said: str) -> None:
    hub.status = status
    assert said in await refused()


async def test_a_token_that_is_refused(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_old")
    hub.status = 403
    assert "refuses the token in use. Check HF_TOKEN" in await refused()


async def test_nobody_there(hub: Hub, nobody: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", nobody)
    host = nobody.removeprefix("http://")
    assert f"{host} can't be reached: Connection refused. Check the network" in await refused()
    monkeypatch.setenv("HF_ENDPOINT", "huggingface")
    assert await refused() == "HF_ENDPOINT should name a hub by a URL such as https://huggingface.co, and doesn't."
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
    assert "hub.invalid can't be reached" in await refused()


async def test_an_offline_switch(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "HF_HUB_OFFLINE forbids" in await refused()
    assert hub.requests == []


async def test_proxies_by_our_own_rules(hub: Hub, nobody: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, nobody)
    assert (await pulled(NAME))[-1].name == NAME  # the loopback never goes through one
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
    assert "The proxy in HTTP_PROXY on the way to hub.invalid does not answer" in await refused()
    monkeypatch.setenv("HTTP_PROXY", "socks5://x")
    assert "names a proxy by socks5://" in await refused()

    async def passing(exchange: Exchange) -> None:
        await exchange.plain(b"no", 403)

    async with Server() as proxy:
        proxy.otherwise = passing
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        await refused()
        assert proxy.requests[0].path.startswith("http://hub.invalid/api/models/")
        monkeypatch.setenv("NO_PROXY", "hub.invalid")
        assert "hub.invalid can't be reached" in await refused()
        assert len(proxy.requests) == 1


async def test_a_certificate_of_ones_own(certificate: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with Hub(tls=context) as secure:
        secure.add("maker/tiny-GGUF", hub.repositories["maker/tiny-GGUF"].files)
        monkeypatch.setenv("HF_ENDPOINT", secure.url)
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        assert (
            "shows a certificate that can't be trusted. If it is one of your own, let SSL_CERT_FILE" in await refused()
        )
        monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
        assert "SSL_CERT_FILE names /nowhere" in await refused()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert (await pulled(NAME))[-1].name == NAME


async def test_a_known_model_whose_file_was_replaced(hub: Hub) -> None:
    name = hub_pairs()[0].base
    path, _, tag = name.removeprefix("hf:").partition(":")
    hub.add(path, {f"known.{tag}.gguf": WHOLE})
    said = await refused(name)
    assert "is not the one that is known by that name" in said and said.endswith(f"hf:{path}:known.{tag}.gguf.")
    assert not hub.store.requests
    assert (await pulled(f"hf:{path}:known.{tag}.gguf"))[-1].name == name


async def test_a_directory_that_cannot_be_written_to(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    models_dir().parent.mkdir(parents=True)
    models_dir().write_text("a file")
    assert f"Nothing can be written into {models_dir()}" in await refused()


async def test_without_the_extra_it_is_said_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['huggingface_hub'] = None\n"
        "from alignscope.cli import main; sys.exit(main(['models', 'pull', 'hf:o/r']))"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stderr=asyncio.subprocess.PIPE, env={**os.environ, "HOME": str(tmp_path)}
    )
    _, err = await process.communicate()
    assert process.returncode == 1
    assert f"Install it with `{shlex.quote(sys.executable)} -m pip install 'alignscope[hub]'`." in err.decode()


async def test_deleting_a_model(hub: Hub) -> None:
    await pulled(NAME)
    assert store.remove("hf:maker/tiny-gguf").name == NAME
    assert store.pulled() == []
    with pytest.raises(ServerError, match="has not been pulled yet"):
        store.remove(NAME)


async def test_a_record_that_was_tampered_with_hides_its_model_only(hub: Hub) -> None:
    await pulled(NAME)
    hub.add("maker/other", {"o-Q4_0.gguf": WHOLE})
    await pulled("hf:maker/other")
    (store.find(NAME).directory / "pulled.json").write_text("{")
    assert [model.name for model in store.pulled()] == ["hf:maker/other:Q4_0"]
