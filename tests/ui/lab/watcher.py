"""A person who watches a run, at a keyboard and a screen."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from alignscope.files.locations import state_dir
from alignscope.model.launch import Launch
from alignscope.ui.app import AlignscopeApp
from alignscope.ui.screens.lab.screen import LabScreen
from tests.ui.screens.host import screen_text
from tests.waiting import until


class Watcher:
    """The lab's screen, driven by keys."""

    def __init__(self, app: AlignscopeApp, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def lab(self) -> LabScreen:
        """The screen, whatever lies over it."""
        return next(screen for screen in self.app.screen_stack if isinstance(screen, LabScreen))

    @property
    def text(self) -> str:
        """What the terminal shows."""
        return screen_text(self.app)

    @property
    def heading(self) -> str:
        """The first row."""
        return self.text.splitlines()[0]

    async def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            await self.pilot.press(key)
            await self.pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something."""
        await until(condition)

    async def until_shown(self, *texts: str) -> None:
        """Wait until the screen shows these texts."""
        try:
            await until(lambda: all(text in self.text for text in texts))
        except TimeoutError:
            raise AssertionError(f"not shown: {texts}\n{self.text}") from None

    async def measured(self, rows: int) -> None:
        """Wait until so many rows are measured and shown."""
        await until(lambda: self.lab.measured_rows == rows and len(self.lab.index) == rows)
        await self.pilot.pause()

    async def to_measure(self, name: str) -> None:
        """Put the table's cursor on a measure."""
        names = [each.name for each in self.lab.summary.measures] if self.lab.summary else []
        while self.lab.table.measure != name:
            assert name in names
            await self.press("right_square_bracket")


@asynccontextmanager
async def watching(
    folder: Path, arguments: Sequence[str] = (), *, begin: bool = False, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Watcher]:
    """Run the application on a folder, and leave it at the end."""
    app = AlignscopeApp(Launch(theme="lamp"), lambda: LabScreen(folder, arguments, begin))
    async with app.run_test(size=size) as pilot:
        await until(lambda: isinstance(app.screen, LabScreen))
        yield Watcher(app, pilot)
    log = state_dir() / "errors.log"
    assert not log.exists(), log.read_text()
