"""A screen leaves while something of it still begins: the application goes on."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

from alignscope.model.launch import Launch
from alignscope.ui.screens.base.screen import AppScreen
from tests.standin import Ollama
from tests.ui.explorer.desk import explore


class Filled(AppScreen[None]):
    """A screen that fills its widgets as it begins."""

    begun = False

    def compose(self) -> ComposeResult:
        yield Static("empty")

    def on_mount(self) -> None:
        self.begun = True
        self.query_one(Static).update("filled")


class Hasty(AppScreen[None]):
    """A screen that opens a dialog at the moment at which it leaves, as two keys in one packet would have it."""

    BINDINGS = [Binding("a", "leave", "Leave", id="hasty.leave")]

    def compose(self) -> ComposeResult:
        yield Static("in haste")

    def action_leave(self) -> None:
        self.dismiss(None)
        self.run_worker(self.app.push_screen_wait(Screen[None]()), exit_on_error=False)


async def test_a_dialog_of_a_screen_that_leaves_takes_nothing_with_it(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.until(desk.explorer.lineup_found.is_set)
        hasty = Hasty()
        await desk.app.push_screen(hasty)
        await desk.until_shown("in haste")
        await desk.press("a")
        await desk.until(lambda: desk.app.screen is desk.explorer and not hasty.is_attached)
        await desk.send("still here")
        await desk.until_done()
        assert "still here" in desk.screen


async def test_an_application_ends_while_a_screen_of_it_has_no_widgets_yet(ollama: Ollama) -> None:
    filled = Filled()
    async with explore(Launch(host=ollama.url)) as desk:
        desk.app.push_screen(filled)
        desk.app.exit()
    assert filled.begun
