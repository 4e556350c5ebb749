"""Sessions that the explorer keeps, and replays that it was started on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from alignscope.files.locations import data_dir
from alignscope.model.launch import Launch, Playback
from alignscope.model.session import Session
from alignscope.sessions.library.store import Store
from alignscope.ui.app import AlignscopeApp
from alignscope.ui.screens.replay.screen import ReplayScreen
from tests.standin.ollama import Ollama
from tests.ui.explorer.desk import Desk


def kept() -> list[Session]:
    """All sessions on disk, newest first."""
    store = Store(data_dir() / "sessions")
    return [store.open(entry.path) for entry in store.list()]


@asynccontextmanager
async def explore_playback(ollama: Ollama, name: str, *, class_mode: bool = False) -> AsyncIterator[Desk]:
    """The application, started on a replay."""
    app = AlignscopeApp(Launch(host=ollama.url, playback=Playback(name=name), class_mode=class_mode))
    async with app.run_test(size=(120, 40)) as pilot:
        desk = Desk(app, pilot)
        await desk.until(lambda: isinstance(app.screen, ReplayScreen))
        await pilot.pause()
        yield desk


async def sent(desk: Desk, *prompts: str) -> None:
    """Send prompts one after the other, and wait for each, also on disk."""
    for prompt in prompts:
        count = len(desk.exploration.turns)
        await desk.send(prompt)
        await desk.until_done(count + 1)
    assert desk.exploration.recorder is not None
    flushed = desk.exploration.recorder.flush()
    await desk.until(flushed.done)


async def into_pane(desk: Desk) -> None:
    """Go to a pane, where letters are commands."""
    desk.explorer.enter(desk.explorer.split.views[0])
    await desk.pilot.pause()
