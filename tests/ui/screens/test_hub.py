"""Models from a hub, from the explorer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from alignscope.backends.embedded.engine import engine_problem
from alignscope.backends.embedded.hub.known import hub_pairs
from alignscope.model.launch import Launch
from alignscope.model.lineup.pane import EMBEDDED, Mode
from tests.backends.embedded.files import LATEST, TEXT, keep_as
from tests.standin.hub import Hub
from tests.ui.explorer.desk import explore

pytestmark = pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")


@pytest_asyncio.fixture(autouse=True)
async def hub(monkeypatch: pytest.MonkeyPatch, nobody: str, tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub with the twins under other names, and no Ollama."""
    async with Hub() as hub:
        for name in ("HF_TOKEN", "HF_HUB_OFFLINE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in (("OLLAMA_HOST", nobody), ("HF_ENDPOINT", hub.url), ("HF_HOME", str(tmp_path))):
            monkeypatch.setenv(name, value)
        hub.add("maker/talk-GGUF", {"talk-Q8_0.gguf": LATEST.read_bytes()})
        yield hub


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_first_line_names_the_smallest_pair_and_its_key_leads_there(size: tuple[int, int]) -> None:
    smallest = hub_pairs()[0]
    async with explore(Launch(), size) as desk:
        await desk.until_shown("F4 gets SmolLM2 135M (290 MB)")
        await desk.press("f4")
        await desk.until_shown("Get real models from huggingface.co", "Nothing answers at")
        await desk.press("down", "down", "down", "enter")
        await desk.until_shown(smallest.title, hub_pairs()[-1].title, "Apache 2.0", "⏎ Pull")
        await desk.press("enter")
        await desk.until_shown(f"no repository {smallest.base.removeprefix('hf:').partition(':')[0]}")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.explorer)


async def test_any_model_of_a_hub_comes_into_a_pane_and_is_asked(hub: Hub) -> None:
    async with explore(Launch()) as desk:
        await desk.press("f4")
        await desk.until_shown("Model for ≈ base", "twin:latest")
        await desk.type("hf:maker/talk-GGUF")
        await desk.until_shown("Pull from a hub hf:maker/talk-GGUF")
        await desk.press("enter")
        await desk.until_shown("runs in the engine inside")
        await desk.press("enter")
        await desk.until_shown("instruct model (has a chat template)")
        await desk.press("enter")
        await desk.until(lambda: desk.exploration.lineup[0].model == "hf:maker/talk-GGUF:Q8_0")
        assert (desk.exploration.lineup[0].server, desk.exploration.lineup[0].mode) == (EMBEDDED, Mode.CHAT)
        await desk.send("hi")
        await desk.until_done()
        assert desk.exploration.turns[0].text("base")


async def test_a_pair_that_was_pulled_is_there_at_the_next_start() -> None:
    keep_as(hub_pairs()[0].base, TEXT)
    keep_as(hub_pairs()[0].instruct, LATEST)
    async with explore(Launch()) as desk:
        await desk.until_shown("in the engine inside alignscope")
        assert [pane.model for pane in desk.exploration.lineup] == list(hub_pairs()[0].models)
