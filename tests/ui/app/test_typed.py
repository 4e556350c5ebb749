"""Keys that come in one packet: each arrives where it would have if the person had waited."""

import pytest
from textual import events

from alignscope.model.launch import Launch
from alignscope.ui.widgets.text_field import LineField
from tests.standin import Ollama
from tests.ui.explorer.desk import Desk, explore


def at_once(desk: Desk, *keys: str) -> None:
    """Press keys, none of which waits for the one before it."""
    driver = desk.app._driver
    assert driver is not None
    for key in keys:
        event = events.Key(key, {"space": " "}.get(key, key if len(key) == 1 else None))
        event.set_sender(desk.app)
        driver.send_message(event)


@pytest.mark.parametrize("focus", ["prompt", "pane"])
@pytest.mark.parametrize(
    ("key", "screen"),
    [("f3", "ExperimentsScreen"), ("f4", "PickerScreen"), ("f9", "LibraryScreen")],
)
async def test_what_is_typed_behind_a_key_that_opens_a_list_filters_it(
    ollama: Ollama, focus: str, key: str, screen: str
) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("x")
        await desk.until_done()
        if focus == "pane":
            await desk.press("escape")
        at_once(desk, key, *"Xbare")
        await desk.until(lambda: type(desk.app.screen).__name__ == screen)
        await desk.until(lambda: [field.value for field in desk.app.screen.query(LineField)] == ["Xbare"])
        assert len(desk.exploration.lineup) == 2
        assert desk.explorer.prompt.value == ""


async def test_a_prompt_typed_behind_the_key_that_leaves_the_panel_is_sent(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("f2")
        await desk.until_shown("Sampling", "temperature")
        at_once(desk, "escape", *"hello", "enter")
        await desk.until_done()
        assert [seen.body["prompt"] for seen in ollama.seen("/api/generate")] == ["hello"]


async def test_text_that_is_pasted_between_keys_stays_between_them(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        at_once(desk, "f8", *"be ")
        driver = desk.app._driver
        assert driver is not None
        driver.send_message(events.Paste("brief"))
        at_once(desk, *" now", "enter")
        await desk.until_shown("The chat panes have a system prompt now.")
        assert desk.exploration.pane("instruct").system == "be brief now"


async def test_a_key_that_is_held_down_is_done_as_often_as_it_comes(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("x")
        await desk.until_done()
        at_once(desk, "escape", *["plus"] * 3, "f3", *"wall")
        await desk.until(lambda: [field.value for field in desk.app.screen.query(LineField)] == ["wall"])
        assert desk.exploration.settings.samples == 4
