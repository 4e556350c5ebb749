"""What is measured: floors, two panes alone, and the application; each starts its streams at the first enter key.

`python -m tests.bench.apps NAME URL MODEL`
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable

import httpx
from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.events import Key
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

PATHS = ("/api/generate", "/api/chat")


class Lines(ScrollView):
    """The least that can show a stream: rows wrapped as they come, all of the view drawn thirty times a second."""

    DEFAULT_CSS = "Lines { width: 1fr; height: 1fr; overflow: hidden scroll; scrollbar-size-vertical: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.rows = [""]
        self.pending: list[str] = []

    def on_mount(self) -> None:
        """Begin to look thirty times a second whether something came."""
        self.set_interval(1 / 30, self.draw)

    def append(self, text: str) -> None:
        """Show a token with the next frame."""
        self.pending.append(text)

    def take(self) -> int:
        """Wrap what came; the first row that changed."""
        text = self.rows.pop() + "".join(self.pending)
        self.pending.clear()
        first, width = len(self.rows), self.size.width
        for line in text.split("\n"):
            rest = line
            while len(rest) > width:
                cut = rest.rfind(" ", 0, width + 1) + 1 or width
                self.rows.append(rest[:cut])
                rest = rest[cut:]
            self.rows.append(rest)
        return first

    def draw(self) -> None:
        """One frame."""
        if self.pending:
            self.take()
            self.virtual_size = Size(self.size.width, len(self.rows))
            self.scroll_to(y=len(self.rows), animate=False)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of the view."""
        row = y + self.scroll_offset.y
        text = self.rows[row] if row < len(self.rows) else ""
        width = self.size.width
        return Strip([Segment(text[:width].ljust(width), self.rich_style)], width)


class StepLines(Lines):
    """The same, drawing only rows that changed and moving the view by a quarter page."""

    look = None

    def draw(self) -> None:
        """One frame."""
        if not self.pending:
            return
        first = self.take()
        self.look = self.rich_style
        page, top, height = self.size.height, self.scroll_offset.y, len(self.rows)
        if height > top + page:
            step = max(1, page // 4)
            room = height + -height % step
            self.virtual_size = Size(self.size.width, room)
            self.scroll_to(y=room - page, animate=False)
        else:
            self.refresh(Region(0, first - top, self.size.width, height - first))

    def render_line(self, y: int) -> Strip:
        """One row of the view, in the style looked up once for the frame."""
        row = y + self.scroll_offset.y
        text = self.rows[row] if row < len(self.rows) else ""
        width = self.size.width
        return Strip([Segment(text[:width].ljust(width), self.look or self.rich_style)], width)


class Streams(App[None]):
    """Two of something, side by side, fed by two streams read with httpx and the json module."""

    CSS = "Horizontal { height: 1fr; }"

    def __init__(self, url: str, model: str) -> None:
        super().__init__()
        self.url, self.model = url, model
        self.begun = False
        self.client = httpx.AsyncClient(base_url=url, timeout=None, trust_env=False)

    async def on_mount(self) -> None:
        """Ask the server something, as the application has before its first prompt: a first request imports a lot."""
        await self.client.get("/api/version")

    async def on_key(self, event: Key) -> None:
        """Begin at the first enter key."""
        if event.key == "enter" and not self.begun:
            self.begun = True
            self.begin()
            for index, path in enumerate(PATHS):
                self.run_worker(self.read(path, index), group=path)

    def begin(self) -> None:
        """Make ready for both streams."""

    def take(self, index: int) -> Callable[[str], None]:
        """What a stream's tokens go to."""
        raise NotImplementedError

    async def read(self, path: str, index: int) -> None:
        """Read one stream."""
        take = self.take(index)
        async with self.client.stream("POST", path, json={"model": self.model, "stream": True}) as response:
            rest = b""
            async for data in response.aiter_bytes():
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    body = json.loads(line)
                    if not body["done"]:
                        take(body["message"]["content"] if "message" in body else body["response"])
                await asyncio.sleep(0)


class Floor(Streams):
    """Two line widgets."""

    widget: type[Lines] = Lines

    def compose(self) -> ComposeResult:
        """Side by side."""
        with Horizontal():
            yield self.widget()
            yield self.widget()

    def take(self, index: int) -> Callable[[str], None]:
        """To the line widget."""
        return list(self.query(Lines))[index].append


class StepFloor(Floor):
    """Two line widgets that draw changed rows only."""

    widget = StepLines


class Panes(Streams):
    """Two of alignscope's panes and nothing else of it."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The tones that the application's themes would give."""
        return {f"{tone}-tone": "#e2a173" for tone in ("base", "instruct", "third", "fourth")}

    def compose(self) -> ComposeResult:
        """Side by side."""
        from alignscope.model.lineup.pane import Mode, Pane
        from alignscope.ui.widgets.pane.view import PaneView

        with Horizontal():
            yield PaneView(Pane("base", "m", "", Mode.COMPLETION), scroll="follow")
            yield PaneView(Pane("instruct", "m", "", Mode.CHAT), tone="instruct", scroll="follow")

    def begin(self) -> None:
        """Write the turn's separator."""
        from datetime import UTC, datetime

        from alignscope.model.turn import Turn, TurnSettings
        from alignscope.ui.widgets.pane.view import PaneView

        self.start = time.monotonic()
        views = self.query(PaneView)
        self.turn = Turn(1, datetime.now(UTC), "Go.", tuple(view.pane for view in views), TurnSettings())
        for view in views:
            view.begin_turn(self.turn)

    def take(self, index: int) -> Callable[[str], None]:
        """As an event, folded into the turn and shown by the pane."""
        from alignscope.model.events import Token
        from alignscope.ui.widgets.pane.view import PaneView

        view, start, turn = list(self.query(PaneView))[index], self.start, self.turn
        name = view.pane.name

        def take(text: str) -> None:
            token = Token(name, 1, (time.monotonic() - start) * 1000, text)
            view.update_reply(turn.apply(token), token)

        return take


def panes(url: str, model: str) -> list[str]:
    """Return alignscope's arguments for two panes of a model."""
    return [f"--pane=base={model}@{url},completion", f"--pane=instruct={model}@{url},chat"]


def main(name: str, url: str, model: str) -> None:
    """Run one of them."""
    if name in ("app", "held"):
        from alignscope.cli import main as alignscope

        sys.exit(alignscope([*panes(url, model), "--set", "num_predict=-1"]))
    streams: dict[str, type[Streams]] = {"bare": Floor, "step": StepFloor, "panes": Panes}
    streams[name](url, model).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
