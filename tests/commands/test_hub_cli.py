"""Models from a hub on the command line."""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from alignscope.backends.embedded.engine import engine_problem
from alignscope.backends.embedded.hub.known import hub_pairs
from tests.backends.embedded.files import LATEST, TEXT, keep_as
from tests.commands.shell import LONG, Shell, Terminal
from tests.standin.hub import Hub

pytestmark = pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")


@pytest_asyncio.fixture
async def hub(shell: Shell) -> AsyncIterator[Hub]:
    """A hub with the twins under other names, which the shell's alignscope asks."""
    async with Hub() as hub:
        hub.add("maker/tiny-GGUF", {"tiny-Q8_0.gguf": TEXT.read_bytes(), "tiny-F16.gguf": LATEST.read_bytes()})
        hub.add("maker/tiny-instruct-GGUF", {"tiny-instruct-Q8_0.gguf": LATEST.read_bytes()})
        for name in ("HF_TOKEN", "HF_HOME", "HF_HUB_OFFLINE"):
            shell.environment.pop(name, None)
        shell.environment["HF_ENDPOINT"] = hub.url
        yield hub


async def test_pulled_listed_asked_and_removed(shell: Shell, hub: Hub) -> None:
    done = await shell.run("models", "pull", "hf:maker/tiny-GGUF")
    assert (done.status, done.out) == (0, "")
    lines = done.err.splitlines()
    assert lines[0].startswith("asking 127.0.0.1:") and lines[-1] == "hf:maker/tiny-GGUF:Q8_0 is there."
    assert "pulling Q8_0, the nearest to Q4_K_M" in lines and "100 % of 4 MB" in lines
    assert lines[-2] == "pulled; its licence is apache-2.0"

    done = await shell.run("models", "--embedded", "--json")
    model = next(model for model in done.events if model["name"].startswith("hf:"))
    assert (model["name"], model["server"], model["nature"]) == ("hf:maker/tiny-GGUF:Q8_0", "embedded", "base")
    assert model["why"] == "has no chat template"

    done = await shell.run(
        "ask", "Oslo is", "--pane", "a=hf:maker/tiny-GGUF:q8_0,completion", "--pane", "b=twin:text,completion",
        "--preset", "greedy", "--set", "num_predict=8", "--json",
    )  # fmt: skip
    text = {name: "".join(e.get("text", "") for e in done.events if e["pane"] == name) for name in "ab"}
    assert done.status == 0 and text["a"] and text["a"] == text["b"]

    done = await shell.run("models", "remove", "hf:maker/tiny-GGUF:Q8_0")
    assert (done.status, done.err) == (0, "hf:maker/tiny-GGUF:Q8_0 is deleted, and 4 MB are free again.\n")
    done = await shell.run("models", "remove", "hf:maker/tiny-GGUF:Q8_0")
    assert done.status == 1 and "has not been pulled yet" in done.err


async def test_a_refusal_is_one_sentence(shell: Shell, hub: Hub) -> None:
    done = await shell.run("models", "pull", "hf:maker/nothing")
    assert done.status == 1
    assert done.err.splitlines()[-1].startswith("alignscope: 127.0.0.1:") and "has no repository" in done.err


async def test_ctrl_c_keeps_what_has_come_and_says_so(shell: Shell, hub: Hub) -> None:
    hub.hold_after = 2_000_000
    async with shell.started("models", "pull", "hf:maker/tiny-GGUF:Q8_0") as process:
        models = shell.home / ".local" / "share" / "alignscope" / "models"
        await hub.until(lambda: any(part.stat().st_size for part in models.rglob("*.part")), LONG)
        process.send_signal(signal.SIGINT)
        _, err = await asyncio.wait_for(process.communicate(), LONG)
    assert process.returncode == 130
    assert err.decode().splitlines()[-1] == "Stopped. What has come is kept, and the next pull goes on from there."
    await hub.until(lambda: not hub.store.open_now(), LONG)
    hub.hold_after = None
    done = await shell.run("models", "pull", "hf:maker/tiny-GGUF:Q8_0")
    assert done.status == 0
    assert hub.store.requests[-1].headers["range"].startswith("bytes=")


async def test_long_names_in_a_narrow_terminal(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(shell.home / ".local" / "share"))
    long = hub_pairs()[0]
    keep_as(long.base, TEXT)
    keep_as(long.instruct, LATEST)
    with Terminal() as terminal:
        async with shell.started("models", "--embedded", stdout=terminal.end) as process:
            await asyncio.wait_for(process.wait(), LONG)
        rows = terminal.written.replace("\r", "").splitlines()
    assert max(map(len, rows)) <= 120
    assert next(row.split() for row in rows if "kind" in row) == ["model", "kind", "loaded", "on", "disk"]
    (base,) = (index for index, row in enumerate(rows) if row.strip().startswith(long.base))
    assert rows[base + 1].strip() == f"is known as one; its twin is {long.instruct}"
