"""What a mouse finds: the panes' headers, the settings, the keys, and every command."""

from functools import partial

import pytest
from textual.command import CommandPalette

from alignscope.model.launch import Launch
from alignscope.ui.screens.models.picker import PickerScreen
from alignscope.ui.widgets.keybar import KeyBar
from alignscope.ui.widgets.status import SettingsLine
from tests.ui.explorer.desk import Desk, explore


def is_shown(desk: Desk, wanted: bool) -> bool:
    return ("top_k" in desk.screen) is wanted


async def click(desk: Desk, x: int, y: int) -> None:
    await desk.pilot.click(offset=(x, y))
    await desk.pilot.pause()


async def test_a_click_on_a_header_chooses_that_panes_model_and_leaves_the_prompt_as_it_was() -> None:
    async with explore(Launch(embedded=True)) as desk:
        await desk.type("half a")
        await click(desk, desk.pane("instruct").region.x + 5, 0)
        await desk.until(lambda: isinstance(desk.app.screen, PickerScreen))
        await desk.until_shown("Model for ◆ instruct")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.explorer)
        await desk.type(" prompt")
        assert desk.explorer.prompt.text == "half a prompt"


async def test_a_click_on_the_settings_opens_the_sampling_panel_and_another_closes_it() -> None:
    async with explore(Launch(embedded=True)) as desk:
        line = desk.explorer.query_one(SettingsLine)
        for shown in (True, False):
            await click(desk, 4, line.region.y)
            await desk.until(partial(is_shown, desk, shown))


@pytest.mark.parametrize("width", [80, 120, 200])
async def test_a_mouse_finds_every_command_at_the_end_of_the_keys(width: int) -> None:
    async with explore(Launch(embedded=True), size=(width, 24)) as desk:
        bar = desk.explorer.query_one(KeyBar)
        await desk.until(lambda: desk.screen.splitlines()[-1].rstrip().endswith("≡"))
        await click(desk, bar.region.right - 1, bar.region.y)
        await desk.until(lambda: isinstance(desk.app.screen, CommandPalette))
        await desk.type("wider")
        await desk.until_shown("Move the divider towards the end")
