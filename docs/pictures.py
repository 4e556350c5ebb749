"""Make the README's pictures from the application itself, by replaying recordings that come along.

    python docs/pictures.py            all of them, into docs/images/
    python docs/pictures.py replay     only these
    python docs/pictures.py --to DIR   somewhere else

The application runs without a terminal, in directories of its own, and is driven by keys. It asks no server and no
model, so a picture changes only when the screen or a recording does.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from textual.pilot import Pilot

from alignscope.files.locations import bundled
from alignscope.model.launch import Launch
from alignscope.model.session import Session
from alignscope.sessions.library.store import Store
from alignscope.ui.app import AlignscopeApp
from alignscope.ui.picture import screen_svg
from alignscope.ui.screens.explorer.screen import ExplorerScreen
from alignscope.ui.screens.library.library import LibraryScreen
from alignscope.ui.screens.replay.screen import ReplayScreen
from alignscope.ui.screens.tokens.screen import TokensScreen

HERE: Final = Path(__file__).parent
SIZE: Final = (110, 32)
WIDE: Final = (132, 30)
"""For lists, whose columns have room then."""
THEME: Final = "lamp"
_SECONDS: Final = 20.0
"""For the whole of a picture; it takes one."""


class Sitting:
    """The application, sitting for its picture."""

    def __init__(self, pilot: Pilot[Any]) -> None:
        self.pilot = pilot
        self.app = pilot.app
        self.recordings = Store(Path(tempfile.gettempdir()) / "none", bundled("sessions"))

    @property
    def explorer(self) -> ExplorerScreen:
        """The explorer, whatever lies over it."""
        return next(screen for screen in self.app.screen_stack if isinstance(screen, ExplorerScreen))

    def shows(self, kind: type) -> bool:
        """Whether a screen of this kind is on top."""
        return isinstance(self.app.screen, kind)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something to become true."""
        while not condition():
            await self.pilot.pause(0.02)

    async def ready(self) -> None:
        """Wait for the explorer and its lineup."""
        await self.until(lambda: any(isinstance(screen, ExplorerScreen) for screen in self.app.screen_stack))
        await self.until(self.explorer.lineup_found.is_set)

    async def go_on_with(self, *names: str) -> None:
        """Open recordings' first turns in the explorer, one behind the other, as if they had been streamed there."""
        sessions = [self.recordings.open(name) for name in names]
        turns = [replace(session.turns[0], number=number) for number, session in enumerate(sessions, 1)]
        first = sessions[0]
        await self.explorer.resume(Session(first.title, first.created, first.lineup, turns))
        self.explorer.show_notice("")

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)

    async def drawn(self) -> None:
        """Wait until what servers know has come and nothing is left to draw, and then three frames more."""
        await self.until(lambda: not any(worker.group == "learn" and worker.is_running for worker in self.app.workers))
        await self.until(lambda: not any(view.transcript.pending for view in self.explorer.split.views))
        await self.pilot.pause(0.2)


async def explorer(sitting: Sitting) -> None:
    """A question, the place where the base model goes on from it, and the answer, in one view."""
    await sitting.go_on_with("questions")


async def sampling(sitting: Sitting) -> None:
    """The panel, with the temperature turned up."""
    await sitting.go_on_with("quiz")
    await sitting.press("f2", "right", "right", "right")


async def experiments(sitting: Sitting) -> None:
    """The library of prompts."""
    await sitting.press("f3", *"story")


async def class_mode(sitting: Sitting) -> None:
    """A question to the class, before its experiment is sent."""
    await sitting.go_on_with("greeting")
    await sitting.press("escape", "C", "J", "i", *"something wise")
    await sitting.until(lambda: sitting.explorer.experiments.asked)


async def replay(sitting: Sitting) -> None:
    """In the middle of a recording."""
    await sitting.app.push_screen(ReplayScreen(sitting.recordings.open("stages")))
    await sitting.press("space", "0", *["full_stop"] * 110)


async def library(sitting: Sitting) -> None:
    """The recordings."""
    await sitting.press("f9")
    await sitting.until(lambda: sitting.shows(LibraryScreen))


async def tokens(sitting: Sitting) -> None:
    """A refusal token by token, on the scale of how the base differs."""
    await sitting.app.push_screen(ReplayScreen(sitting.recordings.open("refusal")))
    await sitting.press("end", "x")
    await sitting.until(lambda: sitting.shows(TokensScreen))
    await sitting.press("tab", "d", "d", *"ccccc")


PICTURES: Final[Sequence[Callable[[Sitting], Awaitable[None]]]] = (
    explorer,
    experiments,
    class_mode,
    sampling,
    replay,
    tokens,
    library,
)


async def take(picture: Callable[[Sitting], Awaitable[None]]) -> str:
    """The picture, as SVG."""
    app = AlignscopeApp(Launch(embedded=True, theme=THEME))
    size = WIDE if picture in (library, experiments, tokens) else SIZE
    async with asyncio.timeout(_SECONDS), app.run_test(size=size) as pilot:
        sitting = Sitting(pilot)
        await sitting.ready()
        await picture(sitting)
        await sitting.drawn()
        svg = screen_svg(app, "alignscope", simplify=True)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def main() -> int:
    """Do what the command line says."""
    known = {picture.__name__: picture for picture in PICTURES}
    parser = argparse.ArgumentParser(description="Make the README's pictures.")
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"{', '.join(known)} (default: all)")
    parser.add_argument("--to", metavar="DIR", type=Path, default=HERE / "images", help="default: docs/images/")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(known))
    if unknown:
        parser.error(f"there is no picture called {unknown[0]}; there are {', '.join(known)}")
    arguments.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        settle(Path(home))
        for name, picture in known.items():
            if not arguments.names or name in arguments.names:
                path = arguments.to / f"{name}.svg"
                path.write_text(asyncio.run(take(picture)), encoding="utf-8")
                print(path)
    return 0


def settle(home: Path) -> None:
    """Leave behind all that differs between people: settings, sessions, terminal and time zone."""
    for name in [name for name in os.environ if name.startswith(("ALIGNSCOPE_", "OLLAMA_", "SSH_"))]:
        del os.environ[name]
    for name in ("NO_COLOR", "TMUX", "COLORFGBG", "LC_ALL", "LC_CTYPE"):
        os.environ.pop(name, None)
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        os.environ[f"XDG_{name}_HOME"] = str(home / name.lower())
    os.environ |= {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "TEXTUAL_ANIMATIONS": "none",
        "TZ": "UTC",
    }
    time.tzset()


if __name__ == "__main__":
    sys.exit(main())
