"""`python -m tests.bench.tokens`: the token view over two replies of 5,000 tokens with lists of 20; a stop in it."""

import asyncio
import gc
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from alignscope.ui.screens.tokens.scales import SCALES
from alignscope.ui.screens.tokens.screen import TokensScreen
from alignscope.ui.widgets.transcript.line_widget import LineWidget
from tests.bench.replay import peak, report
from tests.ui.tokens.replies import Drawn, events, turn, view
from tests.ui.tokens.test_scores import twins
from tests.waiting import until

TOKENS = 5_000
SIZE = (200, 60)
STEPS = 100
ROUNDS = 5
STOPS = 10


def drawn(seed: int) -> Sequence[Drawn]:
    """Tokens with lists as flat and as steep as those of models."""
    chance = random.Random(seed)
    told: list[Drawn] = []
    for number in range(TOKENS):
        weights = sorted((chance.random() ** 8 + 1e-4 for _ in range(20)), reverse=True)
        own, *others = (weight / sum(weights) / 1.05 for weight in weights)
        listed = {f" w{chance.randrange(5_000)}x{place}": share for place, share in enumerate(others)}
        told.append((f" word{chance.randrange(300)}" if number % 40 else "\n", own, listed))
    return told


class Bare(LineWidget, ScrollView):
    """As many rows as a reply of the view has, each drawn once, of which one is reversed."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.virtual_size = Size(80, rows)
        self._kept: dict[int, Strip] = {}
        self._at = 0

    def row(self, y: int) -> Strip:
        """Draw a row."""
        row = y + self.scroll_offset.y
        if row not in self._kept:
            style = Style(reverse=True) if row == self._at else self.rich_style
            self._kept[row] = Strip([Segment("word " * 16, style)]).adjust_cell_length(self.outer_size.width)
        return self._kept[row]

    def step(self) -> None:
        """Reverse the next row instead."""
        for row in (self._at, self._at + 1):
            self._kept.pop(row, None)
            self.refresh(Region(0, row - self.scroll_offset.y, self.size.width, 1))
        self._at = (self._at + 1) % (self.size.height - 1)


class Floor(App[None]):
    """Two bare widgets."""

    CSS = "Screen { layout: horizontal; }"

    def compose(self) -> ComposeResult:
        """Fill the screen."""
        yield Bare(TOKENS // 10)
        yield Bare(TOKENS // 10)


def spent(count: int, task: Callable[[], object]) -> list[float]:
    """Milliseconds of this thread in each run: what else runs on the machine makes them dearer, but no wait counts."""
    taken = []
    for _ in range(count):
        begun = time.thread_time()
        task()
        taken.append((time.thread_time() - begun) * 1000)
    return taken


def least(task: Callable[[], object]) -> float:
    """Milliseconds that the cheapest of many runs took."""
    return min(spent(ROUNDS * STEPS, task))


def framed(app: App[None], *changes: Callable[[], None]) -> Callable[[], object]:
    """Changes, and the drawing of the whole screen, which a terminal has drawn after a change at most."""

    def task() -> None:
        for change in changes:
            change()
        app.screen._compositor.render_strips(app.size)

    return task


def updated(app: App[None], *changes: Callable[[], None]) -> Callable[[], object]:
    """Changes, and the drawing of what they changed, which is what a terminal is sent."""
    widgets = set(app.screen._compositor.visible_widgets)

    def task() -> None:
        for change in changes:
            change()
        changed = {widget for widget in widgets if widget._repaint_required}
        for widget in changed:
            widget._repaint_required = False
        app.screen._compositor.update_widgets(changed)
        update: Any = app.screen._compositor.render_update(screen_stack=[])
        update.render_segments(app.console)

    return task


async def measured() -> None:
    """Measure and print."""
    shown = turn(events("base", drawn(1)), events("instruct", drawn(2)))
    floor = Floor()
    async with floor.run_test(size=SIZE) as pilot:
        await pilot.pause()
        steps = [each.step for each in floor.query(Bare)]
        bare = [least(draw(floor, *steps)) for draw in (framed, updated)]
    before = peak()
    async with view(shown, size=SIZE) as seen:
        screen, app = seen.screen, seen.app
        await until(lambda: all(column.tokens._filled == TOKENS for column in screen._columns))
        await seen.press()
        gc.collect()
        gc.freeze()
        step = partial(screen.action_step, 1)
        own = [least(draw(app, step)) for draw in (framed, updated)]
        for what, goal, mine, floors in zip(("the whole screen", "what changed"), (2.0, None), own, bare, strict=True):
            ratio = mine / floors
            met = "" if goal is None else f"  goal {goal:g}: {'met' if ratio <= goal else 'MISSED'}"
            print(f"{f'a step, {what} drawn':44} {mine:8.2f} ms, bare {floors:.2f} ms, ratio {ratio:.2f}{met}")
        report("another scale, drawn", spent(3 * len(SCALES), framed(app, screen.action_scale)), 50)
        report("to the next token of a list, drawn", spent(STEPS, framed(app, partial(screen.action_walk, 1))))
        more = peak() - before
        print(f"{'the view, more than the replies':44} {more:8.2f} MB  goal 60: {'met' if more <= 60 else 'MISSED'}")


async def stopped() -> None:
    """Measure how long servers still write after a score was stopped, and print that."""
    taken = []
    async with twins(rate=10) as (server, desk):
        screen = desk.app.screen
        assert isinstance(screen, TokensScreen)
        scoring = screen._scores._scoring
        assert scoring is not None
        for _ in range(STOPS):
            screen.action_score()
            await desk.until(lambda: any(seen.pieces for seen in server.open_now()))
            begun = time.perf_counter()
            screen.action_score()
            while server.open_now():  # noqa: ASYNC110, nothing tells when the last connection is closed
                await asyncio.sleep(0)
            taken.append((time.perf_counter() - begun) * 1000)
            await desk.until(lambda: not (scoring.running or server.open_now()))
    report("a stop, until no request is open", taken, 100)


if __name__ == "__main__":
    asyncio.run(measured())
    asyncio.run(stopped())
