"""A running application, and how tests look at it."""

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from alignscope.files.locations import state_dir
from alignscope.model.launch import Launch
from alignscope.run.exploration import Exploration
from alignscope.ui.app import AlignscopeApp
from alignscope.ui.screens.explorer.screen import ExplorerScreen
from alignscope.ui.widgets.pane.view import PaneView
from tests.ui.screens.host import screen_text, type_in
from tests.waiting import until


class Desk:
    """The explorer, its keyboard, and its screen."""

    def __init__(self, app: AlignscopeApp, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def explorer(self) -> ExplorerScreen:
        """The explorer's screen, also when another lies on top of it."""
        return next(screen for screen in self.app.screen_stack if isinstance(screen, ExplorerScreen))

    @property
    def exploration(self) -> Exploration:
        """What the next turn will be sent with, and the turns so far."""
        return self.explorer.exploration

    @property
    def screen(self) -> str:
        """What the terminal shows, row by row."""
        return screen_text(self.app)

    def pane(self, name: str) -> PaneView:
        """A pane by its name."""
        view = self.explorer.split.view(name)
        assert view is not None, f"no pane is called {name}"
        return view

    async def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Type a text into whatever has the focus."""
        await type_in(self.pilot, text)

    async def send(self, prompt: str) -> None:
        """Type a prompt and press enter."""
        self.explorer.prompt.focus()
        await self.type(prompt)
        await self.press("enter")

    def without_limit(self) -> None:
        """Let replies that never end go on until they are stopped, however long this test takes on a busy machine."""
        self.exploration.set_sampling(self.exploration.settings.sampling.off("num_predict"))

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something to become true."""
        await until(condition)

    async def until_shown(self, *texts: str) -> None:
        """Wait until the screen shows these texts."""

        def shown() -> bool:
            screen = self.screen  # drawn once for all of them
            return all(text in screen for text in texts)

        try:
            await self.until(shown)
        except TimeoutError:
            raise AssertionError(f"not shown: {texts}\n{self.screen}") from None

    async def until_done(self, turns: int = 1) -> None:
        """Wait until so many turns have been sent, and every reply of the last has ended."""

        def done() -> bool:
            sent = self.exploration.turns
            return (
                len(sent) >= turns
                and not self.exploration.running
                and not any(view.running for view in self.explorer.split.views)
            )

        await self.until(done)
        await self.pilot.pause()


@asynccontextmanager
async def explore(launch: Launch | None = None, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Desk]:
    """Run the application at a size, wait for its lineup, and quit it at the end."""
    app = AlignscopeApp(launch)
    async with app.run_test(size=size, notifications=True) as pilot:
        desk = Desk(app, pilot)
        await desk.until(desk.explorer.lineup_found.is_set)
        desk.explorer.clock = itertools.count().__next__  # whoever presses a key here has seen the replies end
        yield desk
    log = state_dir() / "errors.log"
    assert not log.exists(), log.read_text()
